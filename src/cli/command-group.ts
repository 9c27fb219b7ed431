import type { Command } from './command.ts'
import { UsageError } from './usage-error.ts'

/** A command that is only the first word of others. */
export function commandGroup(
  parts: Pick<Command, 'name' | 'summary' | 'description' | 'defaultSubcommand'> & {
    readonly subcommands: readonly Command[]
  },
): Command {
  return {
    ...parts,
    operands: [],
    options: [],
    examples: [],
    run: () => Promise.reject(new UsageError(`${parts.name} needs a subcommand`)),
  }
}
