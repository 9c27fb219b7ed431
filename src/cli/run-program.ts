import { nearestName } from '../config/nearest-name.ts'
import type { Command, CommandContext } from './command.ts'
import { commandHelp, programHelp } from './help.ts'
import { helpFlag, parseArguments } from './parse-arguments.ts'
import { showError } from './print-error.ts'
import { programVersion } from './program-version.ts'
import { UsageError } from './usage-error.ts'

function findCommand(name: string, commands: readonly Command[]): Command {
  const found = commands.find((command) => command.name === name)
  if (found) return found
  const near = nearestName(
    name,
    commands.map((command) => command.name),
  )
  const hint = near === undefined ? 'run sync-app --help to see all' : `did you mean ${near}?`
  throw new UsageError(`there is no command ${JSON.stringify(name)}: ${hint}`)
}

async function dispatch(
  args: readonly string[],
  commands: readonly Command[],
  context: CommandContext,
): Promise<number> {
  const [first, ...rest] = args
  const { terminal } = context
  if (first === undefined) {
    terminal.err(programHelp(commands))
    return 2
  }
  if (first === '--version' || first === '-V') {
    terminal.out(`sync-app ${programVersion()}\n`)
    return 0
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    terminal.out(rest[0] === undefined ? programHelp(commands) : commandHelp(findCommand(rest[0], commands)))
    return 0
  }
  const command = findCommand(first, commands)
  const input = parseArguments(rest, command)
  if (input.get(helpFlag)) {
    terminal.out(commandHelp(command))
    return 0
  }
  return command.run(input, context)
}

/** Runs the command that the arguments name. Never throws: errors are told on standard error. Resolves to the exit code. */
export async function runProgram(
  args: readonly string[],
  commands: readonly Command[],
  context: CommandContext,
): Promise<number> {
  try {
    return await dispatch(args, commands, context)
  } catch (error) {
    // Whoever asked for the end need not be told.
    if (context.abort.aborted && error === context.abort.reason) return exitCodeOf(error)
    const shown = showError(error)
    context.terminal.err(`sync-app: ${shown.text}`)
    return shown.exitCode
  }
}

/** As shells have it for what a signal ended: 128 and the signal's number. */
function exitCodeOf(signal: unknown): number {
  return signal === 'SIGTERM' ? 143 : 130
}
