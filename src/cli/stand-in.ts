import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { SyncError } from '../core/sync-error.ts'
import type { Command } from './command.ts'

/** Runs the stand-in with these arguments; its output is ours. Resolves to its exit code, 1 when a signal killed it. */
async function runStandIn(entry: string, args: readonly string[], abort: AbortSignal): Promise<number> {
  if (!existsSync(entry)) {
    throw new SyncError('TARGET_UNSUPPORTED', 'the StarRocks stand-in is not part of this installation', {
      remedy: 'Run it from a clone of the repository.',
    })
  }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { stdio: 'inherit' })
    const stop = (): void => void child.kill(abort.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
    abort.addEventListener('abort', stop, { once: true })
    child.once('error', reject)
    child.once('exit', (code) => {
      abort.removeEventListener('abort', stop)
      resolve(code ?? 1)
    })
  })
}

/** `sync-app stand-in`: a StarRocks for tests and demonstrations. `entry` is the path of its main file. */
export const standInCommand = (entry: string): Command => ({
  name: 'stand-in',
  summary: 'Run the StarRocks stand-in, for tests and demonstrations.',
  description:
    'All arguments are the stand-in’s own; `stand-in --help` lists them, its settings and more examples. stand-in/README.md tells of faults, nodes and the log.',
  operands: [],
  options: [],
  examples: [
    {
      call: 'stand-in --mysql-port 9030 --http-port 8030 --be-http-port 8040 --data DIR',
      doc: 'Serve on the ports of StarRocks.',
    },
    {
      call: 'stand-in --data DIR --version 3.5 --frontends 3 --backends 2',
      doc: 'Play a cluster of another version.',
    },
    {
      call: 'stand-in --data DIR --admin-port 8099 --log requests.jsonl',
      doc: 'Let faults be set while it runs, and write down every request.',
    },
    { call: 'stand-in --help', doc: 'List its own options.' },
  ],
  passesArgumentsOn: true,
  run: (input, context) => runStandIn(entry, input.operands, context.abort),
})
