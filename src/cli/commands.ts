import { fileURLToPath } from 'node:url'
import { checkCommand } from './check.ts'
import type { Command } from './command.ts'
import { demoCommand } from './demo.ts'
import { pauseCommand, resumeCommand } from './pause-resume.ts'
import { resyncCommand } from './resync.ts'
import { runCommand } from './run.ts'
import { standInCommand } from './stand-in.ts'
import { statusCommand } from './status.ts'
import { tablesCommand } from './tables.ts'
import { verifyCommand } from './verify.ts'

const STAND_IN = fileURLToPath(new URL('../../stand-in/src/main.ts', import.meta.url))

const loadStatus = () => import('../app/read-status.ts')
const loadRequests = () => import('../app/request-resync.ts')

/** The commands of this program, in the order of help. Their work is loaded when they run. */
export const COMMANDS: readonly Command[] = [
  runCommand(() => import('../app/run-service.ts')),
  checkCommand(() => import('../app/preflight.ts')),
  statusCommand(loadStatus),
  tablesCommand(loadStatus),
  pauseCommand(loadRequests),
  resumeCommand(loadRequests),
  resyncCommand(loadRequests),
  verifyCommand(() => import('../app/verify.ts')),
  demoCommand(() => import('../app/demo/run-demo.ts')),
  standInCommand(STAND_IN),
]
