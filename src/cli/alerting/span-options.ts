import { textOption } from '../option.ts'
import type { Arguments } from '../parse-arguments.ts'
import { durationOption } from '../service-options.ts'
import { UsageError } from '../usage-error.ts'

const forOption = durationOption('for', 'How long: `2h`. Or give --until.')
const untilOption = textOption('until', 'INSTANT', 'When it ends: 2026-12-24T18:00+01:00.')
const fromOption = textOption('from', 'INSTANT', 'When it begins; at once if not given.')

/** Options of what lasts for a time. */
export const SPAN_OPTIONS = [forOption, untilOption, fromOption] as const

/** The span as the service takes it. @throws {UsageError} when it has neither a length nor an end, or both. */
export function spanOf(
  input: Arguments,
  command: string,
): { readonly for: string | undefined; readonly until: string | undefined; readonly from: string | undefined } {
  const length = input.get(forOption)
  const until = input.get(untilOption)
  if ((length === undefined) === (until === undefined)) throw new UsageError(`${command} needs either --for or --until`)
  return { for: length, until, from: input.get(fromOption) }
}
