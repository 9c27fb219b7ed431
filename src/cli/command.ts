import type { ServiceHost } from '../app/service-host.ts'
import type { Clock } from '../core/clock.ts'
import type { Arguments } from './parse-arguments.ts'
import type { Option } from './option.ts'
import type { Terminal } from './terminal.ts'

/** What a command may use of the world. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Aborted by SIGINT and SIGTERM; the reason is the signal's name. */
  readonly abort: AbortSignal
  /** What the service needs of the process; absent in tests of single commands. */
  readonly host?: ServiceHost | undefined
}

/** An argument without dashes. */
export interface Operand {
  /** As help shows it: `TABLE`. */
  readonly name: string
  readonly doc: string
  readonly required: boolean
  readonly repeated: boolean
}

/** A call and what it is for. */
interface Example {
  /** Without the program's name. */
  readonly call: string
  readonly doc: string
}

/** A command of the program: parsing, help and `docs/cli.md` come from this declaration. */
export interface Command {
  readonly name: string
  /** One sentence. */
  readonly summary: string
  /** What more there is to know; paragraphs. */
  readonly description?: string | undefined
  readonly operands: readonly Operand[]
  readonly options: readonly Option<unknown>[]
  readonly examples: readonly Example[]
  /** What the command consists of, each with its own arguments; their names begin with this one's. */
  readonly subcommands?: readonly Command[] | undefined
  /** The one of `subcommands` that is meant when none is named. */
  readonly defaultSubcommand?: string | undefined
  /** All arguments are handed on as they are. */
  readonly passesArgumentsOn?: boolean | undefined
  /** Does the work. Resolves to the exit code: 0 done, 1 failed. @throws {UsageError} @throws {SyncError} */
  run(input: Arguments, context: CommandContext): Promise<number>
}
