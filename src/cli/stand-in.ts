import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SyncError } from '../core/sync-error.ts'
import type { Command } from './command.ts'

const ENTRY = fileURLToPath(new URL('../../stand-in/src/main.ts', import.meta.url))

/** Runs the stand-in with these arguments; its output is ours. Resolves to its exit code, 1 when a signal killed it. */
function runStandIn(args: readonly string[], abort: AbortSignal): Promise<number> {
  if (!existsSync(ENTRY)) {
    throw new SyncError('TARGET_UNSUPPORTED', 'the StarRocks stand-in is not part of this installation', {
      remedy: 'Run it from a clone of the repository.',
    })
  }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [ENTRY, ...args], { stdio: 'inherit' })
    const stop = (): void => void child.kill(abort.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
    abort.addEventListener('abort', stop, { once: true })
    child.once('error', reject)
    child.once('exit', (code) => {
      abort.removeEventListener('abort', stop)
      resolve(code ?? 1)
    })
  })
}

/** `sync-app stand-in`: a StarRocks for tests and demonstrations. */
export const standInCommand: Command = {
  name: 'stand-in',
  summary: 'Run the StarRocks stand-in, for tests and demonstrations.',
  description: 'All arguments are the stand-in’s own.',
  operands: [],
  options: [],
  examples: [
    {
      call: 'stand-in --mysql-port 9030 --http-port 8030 --be-http-port 8040 --data DIR',
      doc: 'Serve on the ports of StarRocks.',
    },
  ],
  passesArgumentsOn: true,
  run: (input, context) => runStandIn(input.operands, context.abort),
}
