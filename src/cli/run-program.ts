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

/** Help of the program, a command, or a subcommand. */
function helpOf([name, word]: readonly string[], commands: readonly Command[]): string {
  if (name === undefined) return programHelp(commands)
  const command = findCommand(name, commands)
  const chosen = word === undefined ? null : chooseSubcommand(command, [word])
  return commandHelp(chosen?.command ?? command)
}

/** The command that is meant, with its arguments; null when the help of the whole group is. */
function chooseSubcommand(
  command: Command,
  args: readonly string[],
): { readonly command: Command; readonly args: readonly string[] } | null {
  const { subcommands, defaultSubcommand } = command
  if (!subcommands) return { command, args }
  const [first, ...rest] = args
  if (first === '--help' || first === '-h') return null
  const isNamed = first !== undefined && !first.startsWith('-')
  const word = isNamed ? first : defaultSubcommand
  const words = subcommands.map(({ name }) => name.slice(command.name.length + 1))
  if (word === undefined) throw new UsageError(`${command.name} needs one of ${words.join(', ')}`)
  const found = subcommands.find(({ name }) => name === `${command.name} ${word}`)
  if (found) return { command: found, args: isNamed ? rest : args }
  const near = nearestName(word, words)
  const hint = near === undefined ? `it has ${words.join(', ')}` : `did you mean ${command.name} ${near}?`
  throw new UsageError(`${command.name} knows no ${JSON.stringify(word)}: ${hint}`)
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
    terminal.out(helpOf(rest, commands))
    return 0
  }
  const named = findCommand(first, commands)
  const chosen = chooseSubcommand(named, rest)
  if (chosen === null) {
    terminal.out(commandHelp(named))
    return 0
  }
  const { command, args: own } = chosen
  const input = parseArguments(own, command)
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
