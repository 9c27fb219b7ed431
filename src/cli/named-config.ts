import type { LoadedConfig } from '../config/load-config.ts'
import type { CommandContext, Operand } from './command.ts'
import { textOption, type Option } from './option.ts'
import type { Arguments } from './parse-arguments.ts'
import { UsageError } from './usage-error.ts'

const DEFAULT_FILE = 'production_config.yaml'

/** Names the configuration file. */
export const configOption: Option<string | undefined> = textOption(
  'config',
  'FILE',
  `The configuration; else $SYNC_CONFIG, else ${DEFAULT_FILE}.`,
  'c',
)

/** The configuration file as the one argument of a command. */
export const configOperand: Operand = {
  name: 'FILE',
  doc: 'The configuration file, as with --config.',
  required: false,
  repeated: false,
}

/** Reads the configuration that the command line names; `operand` is the argument that may name it. @throws {SyncError} CONFIG_INVALID */
export async function loadNamedConfig(
  input: Arguments,
  operand: string | undefined,
  context: CommandContext,
): Promise<LoadedConfig> {
  const option = input.get(configOption)
  if (option !== undefined && operand !== undefined) {
    throw new UsageError(`the configuration is named twice: ${option} and ${operand}`)
  }
  const fromEnv = context.env['SYNC_CONFIG']
  const named = option ?? operand ?? (fromEnv === '' ? undefined : fromEnv)
  const mistaken = named === undefined ? input.operands.find((each) => /\.ya?ml$/i.test(each)) : undefined
  if (mistaken !== undefined) {
    throw new UsageError(`${mistaken} stands where a table is named: a configuration is named by --config ${mistaken}`)
  }
  const file = named ?? DEFAULT_FILE
  // Help must come at once: what reading a configuration needs is loaded when one is read.
  const { loadConfig } = await import('../config/load-config.ts')
  return loadConfig(file, context.env)
}

/** Tells about keys without effect on standard error. */
export function reportWarnings({ warnings }: LoadedConfig, { terminal }: CommandContext): void {
  for (const { file, line, column, message } of warnings) {
    terminal.err(`warning: ${file}:${line}:${column}: ${message}\n`)
  }
}
