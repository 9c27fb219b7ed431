import { z } from 'zod'
import { LOGGER_NAMES } from '../../config/loggers.ts'
import { LOG_LEVELS } from '../../config/logging-section.ts'
import { jsonOrNull } from '../../core/json-or-null.ts'
import type { LevelChange } from './change-levels.ts'

/** A month: whoever wants it for longer sets it in the configuration. */
const LONGEST_MS = 31 * 24 * 3_600_000

const body = z.union([
  z.strictObject({ logger: z.enum(LOGGER_NAMES), reset: z.literal(true) }),
  z.strictObject({
    logger: z.enum(LOGGER_NAMES),
    level: z.enum(LOG_LEVELS),
    for_ms: z.int().positive().max(LONGEST_MS).nullish(),
  }),
])

/** Reads `{"logger", "level", "for_ms"}` or `{"logger", "reset": true}`; null for anything else. Pure. */
export function parseLevelRequest(json: string | null): LevelChange | null {
  const parsed = body.safeParse(jsonOrNull(json))
  if (!parsed.success) return null
  const { data } = parsed
  if ('reset' in data) return { logger: data.logger, level: null, forMs: null }
  return { logger: data.logger, level: data.level, forMs: data.for_ms ?? null }
}
