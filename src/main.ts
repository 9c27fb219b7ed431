/** argv -> command -> exit code. The only file that ends the process. */
import { serviceHost } from './app/service-host.ts'
import { systemClock } from './app/system-clock.ts'
import { COMMANDS } from './cli/commands.ts'
import { runProgram } from './cli/run-program.ts'
import { processTerminal } from './cli/terminal.ts'

const abort = new AbortController()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Asked twice: whoever asks does not want to wait for an orderly end.
    if (abort.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
    abort.abort(signal)
  })
}

const host = serviceHost(process)

// `sync-app tables | head`: the reader has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The service goes on without a reader: its log counts what is lost.
  if (host.outputIsClaimed) return
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const exitCode = await runProgram(process.argv.slice(2), COMMANDS, {
  terminal: processTerminal(process),
  env: process.env,
  clock: systemClock(),
  abort: abort.signal,
  host,
})
process.exit(exitCode)
