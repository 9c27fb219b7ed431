import { z } from 'zod'
import { LOGGER_NAMES } from '../../config/loggers.ts'
import { LOG_LEVELS } from '../../config/logging-section.ts'
import type { LogFilter } from './log-filter.ts'

/** Which lines are asked for over HTTP. */
export interface LogQuery {
  readonly filter: LogFilter
  /** The last lines of those wanted that are sent at first. */
  readonly lines: number
  readonly follow: boolean
}

/** A query, or why it is refused. */
type ParsedQuery =
  | (LogQuery & { readonly tag: 'query' })
  | { readonly tag: 'refused'; readonly message: string; readonly remedy: string }

const MOST_LINES = 1_000

const parameters = z.strictObject({
  lines: z.coerce.number().int().min(0).max(MOST_LINES).default(100),
  follow: z.enum(['true', 'false']).default('false'),
  level: z.string().toUpperCase().pipe(z.enum(LOG_LEVELS)).optional(),
  table: z.string().min(1).optional(),
  logger: z.enum(LOGGER_NAMES).optional(),
})

const REMEDY = `Parameters are lines (0 to ${MOST_LINES}), follow (true, false), level (${LOG_LEVELS.join(', ')}), table, and logger (${LOGGER_NAMES.join(', ')}).`

/** Reads `?lines=100&follow=true&level=WARNING&table=orders&logger=sync_app.batch`; all may be left out. Pure. */
export function parseLogQuery(query: URLSearchParams): ParsedQuery {
  const parsed = parameters.safeParse(Object.fromEntries(query))
  if (parsed.success) {
    const { lines, follow, ...filter } = parsed.data
    return { tag: 'query', lines, follow: follow === 'true', filter }
  }
  const [issue] = parsed.error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  return { tag: 'refused', message: `${where}${issue?.message ?? 'not understood'}`, remedy: REMEDY }
}
