import { parseArgs } from 'node:util'
import { nearestName } from '../config/nearest-name.ts'
import type { Command } from './command.ts'
import { flag, type Option } from './option.ts'
import { UsageError } from './usage-error.ts'

/** A command's arguments, checked against its declaration. */
export interface Arguments {
  readonly operands: readonly string[]
  /** The value of a declared option. */
  get<T>(option: Option<T>): T
}

/** Understood by every command. */
export const helpFlag: Option<boolean> = flag('help', 'Show this help.', 'h')

type OptionToken = Extract<NonNullable<ReturnType<typeof parseArgs>['tokens']>[number], { readonly kind: 'option' }>

function unknownOption(token: OptionToken, options: readonly Option<unknown>[], command: string): UsageError {
  const near = nearestName(
    token.name,
    options.map((option) => option.name),
  )
  const hint = near === undefined ? `run sync-app ${command} --help to see those it has` : `did you mean --${near}?`
  return new UsageError(`${command} has no option ${token.rawName}: ${hint}`)
}

function rawValue(token: OptionToken, option: Option<unknown>): string {
  if (option.placeholder === undefined) {
    if (token.inlineValue) throw new UsageError(`--${option.name} takes no value`)
    return ''
  }
  const missing = token.value === undefined || (!token.inlineValue && token.value.startsWith('-'))
  if (missing) throw new UsageError(`--${option.name} needs a value: --${option.name} ${option.placeholder}`)
  return token.value
}

function checkOperands(operands: readonly string[], command: Command): void {
  const missing = command.operands.filter((operand) => operand.required)[operands.length]
  if (missing) throw new UsageError(`${command.name} needs ${missing.name}: ${missing.doc}`)
  const unlimited = command.operands.some((operand) => operand.repeated)
  const surplus = unlimited ? undefined : operands[command.operands.length]
  if (surplus !== undefined)
    throw new UsageError(`${command.name} does not know what to do with ${JSON.stringify(surplus)}`)
}

/** Reads the arguments of a command. @throws {UsageError} for everything that its declaration does not have. */
export function parseArguments(args: readonly string[], command: Command): Arguments {
  if (command.passesArgumentsOn) return { operands: args, get: (option) => option.read(undefined) }
  const options = [...command.options, helpFlag]
  const declared = options.map((option) => {
    const type: 'boolean' | 'string' = option.placeholder === undefined ? 'boolean' : 'string'
    return [option.name, option.short === undefined ? { type } : { type, short: option.short }] as const
  })
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(declared),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const raw = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = options.find((each) => each.name === token.name)
    if (!option) throw unknownOption(token, options, command.name)
    raw.set(option.name, rawValue(token, option))
  }
  const get = <T>(option: Option<T>): T => option.read(raw.get(option.name))
  if (get(helpFlag)) return { operands: [], get }
  for (const option of options) get(option)
  checkOperands(positionals, command)
  return { operands: positionals, get }
}
