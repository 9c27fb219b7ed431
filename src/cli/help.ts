import type { Command } from './command.ts'
import type { Option } from './option.ts'
import { helpFlag } from './parse-arguments.ts'

/** The two columns of a help list, the second one lined up. */
function twoColumns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('')
}

/** An option as it is written: `-c, --config FILE`. */
function optionForm(option: Option<unknown>): string {
  const short = option.short === undefined ? '' : `-${option.short}, `
  const value = option.placeholder === undefined ? '' : ` ${option.placeholder}`
  return `${short}--${option.name}${value}`
}

/** The line that shows how a command is called. */
function usageLine(command: Command): string {
  if (command.subcommands) return `sync-app ${command.name} SUBCOMMAND [OPTIONS] [ARGUMENTS]`
  if (command.passesArgumentsOn) return `sync-app ${command.name} [ARGUMENTS...]`
  const operands = command.operands.map((operand) => {
    const name = operand.repeated ? `${operand.name}...` : operand.name
    return operand.required ? ` ${name}` : ` [${name}]`
  })
  return `sync-app ${command.name} [OPTIONS]${operands.join('')}`
}

/** A command's help. */
export function commandHelp(command: Command): string {
  const parts = [`${command.summary}\n`, `Usage: ${usageLine(command)}\n`]
  if (command.description !== undefined) parts.push(`${command.description}\n`)
  if (command.subcommands) {
    parts.push(`Subcommands:\n${twoColumns(command.subcommands.map(({ name, summary }) => [name, summary]))}`)
    parts.push(`Run sync-app ${command.name} SUBCOMMAND --help for its options and examples.\n`)
    return parts.join('\n')
  }
  if (command.operands.length > 0) {
    parts.push(`Arguments:\n${twoColumns(command.operands.map((operand) => [operand.name, operand.doc]))}`)
  }
  if (!command.passesArgumentsOn) {
    const options = [...command.options, helpFlag]
    parts.push(`Options:\n${twoColumns(options.map((option) => [optionForm(option), option.doc]))}`)
  }
  const examples = command.examples.map((example) => [`sync-app ${example.call}`, example.doc] as const)
  if (examples.length > 0) parts.push(`Examples:\n${twoColumns(examples)}`)
  return parts.join('\n')
}

/** The program's help. */
export function programHelp(commands: readonly Command[]): string {
  const list = twoColumns(commands.map((command) => [command.name, command.summary]))
  return [
    'Copies PostgreSQL tables into StarRocks and keeps them equal.\n',
    'Usage: sync-app COMMAND [OPTIONS] [ARGUMENTS]\n',
    `Commands:\n${list}`,
    `${twoColumns([
      ['sync-app COMMAND --help', 'Show a command’s options and examples.'],
      ['sync-app --version', 'Show the version.'],
    ])}`,
    'Exit codes: 0 done, 1 failed, 2 bad usage or configuration.\n',
  ].join('\n')
}
