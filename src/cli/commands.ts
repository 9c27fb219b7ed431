import { fileURLToPath } from 'node:url'
import type { Command } from './command.ts'
import { runCommand } from './run.ts'
import { standInCommand } from './stand-in.ts'

const STAND_IN = fileURLToPath(new URL('../../stand-in/src/main.ts', import.meta.url))

/** The commands of this program, in the order of help. Their work is loaded when they run. */
export const COMMANDS: readonly Command[] = [
  runCommand(() => import('../app/run-service.ts')),
  standInCommand(STAND_IN),
]
