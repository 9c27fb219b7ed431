import { z } from 'zod'
import { LOGGER_NAMES } from '../../config/loggers.ts'
import { LOG_LEVELS } from '../../config/logging-section.ts'
import { prettyLine } from '../../observe/logs/format-line.ts'
import type { LogValue } from '../../observe/logs/log-record.ts'
import type { LogLine } from './log-filter.ts'

const value: z.ZodType<LogValue> = z.json()

const line = z
  .object({
    timestamp: z.string(),
    level: z.enum(LOG_LEVELS),
    logger: z.enum(LOGGER_NAMES),
    message: z.string(),
  })
  .catchall(value)

/** A line that was read, ready to be shown. */
export interface ShownLine extends LogLine {
  readonly fields: Readonly<Record<string, LogValue>>
  /** As it was written. */
  readonly json: string
}

/** Reads a line of the log; null when it is none: of another program, or half written. Pure. */
export function readLogLine(json: string): ShownLine | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    return null
  }
  const read = line.safeParse(parsed)
  if (!read.success) return null
  const { timestamp, level, logger, message, ...fields } = read.data
  return { timestamp, level, logger, message, fields, json }
}

/** The line for people. */
export function shownLine(read: ShownLine, colour: boolean): string {
  return prettyLine(read, colour)
}
