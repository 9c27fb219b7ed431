import { systemClock } from './clock.ts'
import { parseOptions, usage } from './options.ts'
import { messageOf } from './stand-in-error.ts'
import { startStandIn } from './stand-in.ts'

/** Starts the stand-in and prints one line of JSON when it can be used; SIGTERM and SIGINT end it. */
async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${usage}\n`)
    return
  }
  let options
  try {
    options = parseOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nstarrocks-stand-in --help lists the options.\n`)
    process.exitCode = 2
    return
  }
  const standIn = await startStandIn(options, systemClock)
  const stop = (): void => {
    void standIn[Symbol.asyncDispose]().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.stdout.write(`${JSON.stringify({ ready: true, seed: options.seed, ...standIn.ports })}\n`)
}

main().catch((error: unknown) => {
  process.stderr.write(`stand-in: ${messageOf(error)}\n`)
  process.exitCode = 1
})
