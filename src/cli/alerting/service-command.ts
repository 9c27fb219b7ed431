import type * as z from 'zod'
import type { Command, CommandContext } from '../command.ts'
import { jsonFlag, type Option } from '../option.ts'
import type { Arguments } from '../parse-arguments.ts'
import { askService, SERVICE_OPTIONS, type ServiceDeps } from '../service-options.ts'
import { readAnswer } from './service-answers.ts'

/** Loads what asks the service. */
export type LoadService = () => Promise<ServiceDeps>

/** What is asked of the service. */
interface Question {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
}

/** A command that asks the running service one thing, and shows the answer. */
export interface ServiceCommand<T> extends Pick<Command, 'name' | 'summary' | 'description' | 'examples'> {
  readonly operands?: Command['operands']
  /** Beside those of every such command. */
  readonly options?: readonly Option<unknown>[]
  /** @throws {UsageError} */
  readonly ask: (input: Arguments) => Question
  readonly answer: z.ZodType<T>
  /** The answer for people. */
  readonly text: (answer: T, context: CommandContext, input: Arguments) => string
  /** Whether what was asked for went well; absent: whenever there is an answer. */
  readonly isDone?: (answer: T) => boolean
  /** What to say on standard error, whatever the form of the answer; null when nothing is. */
  readonly warning?: (answer: T) => string | null
}

/** Asks, and shows the answer: as it came with `--json`. Resolves to the exit code. @throws {SyncError} */
export async function askAndShow<T>(
  command: Omit<ServiceCommand<T>, 'name' | 'summary' | 'examples'>,
  input: Arguments,
  around: { readonly context: CommandContext; readonly load: LoadService },
): Promise<number> {
  const { context, load } = around
  const raw = await askService(input, context, load, command.ask(input))
  const answer = readAnswer(command.answer, raw)
  context.terminal.out(input.get(jsonFlag) ? `${JSON.stringify(raw)}\n` : command.text(answer, context, input))
  const warning = command.warning?.(answer) ?? null
  if (warning !== null) context.terminal.err(`warning: ${warning}\n`)
  return command.isDone?.(answer) === false ? 1 : 0
}

/** The command with what all such commands have: where the service is, and JSON. */
export function serviceCommand<T>(load: LoadService, command: ServiceCommand<T>): Command {
  const { name, summary, description, examples, operands = [], options = [] } = command
  return {
    name,
    summary,
    description,
    examples,
    operands,
    options: [...SERVICE_OPTIONS, ...options, jsonFlag],
    run: async (input, context) => await askAndShow(command, input, { context, load }),
  }
}
