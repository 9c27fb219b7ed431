import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { LOGGER_NAMES, type LoggerName } from '../../config/loggers.ts'
import { LOG_LEVELS, type LogLevel } from '../../config/logging-section.ts'
import { SyncError } from '../../core/sync-error.ts'
import { serviceClient } from '../service-client.ts'

const PATH = '/api/v1/logging/levels'

/** What is asked of a logger. */
export interface LevelChange {
  readonly logger: LoggerName
  /** Null: back to what is configured. */
  readonly level: LogLevel | null
  /** How long it holds, milliseconds; null: until the service ends. */
  readonly forMs: number | null
}

const shownLevel = z.object({
  logger: z.enum(LOGGER_NAMES),
  level: z.enum(LOG_LEVELS),
  from: z.enum(['configured', 'changed', 'inherited']),
  /** Milliseconds since 1970-01-01 UTC. */
  until_ms: z.number().nullable(),
})

/** A level as `/api/v1/logging/levels` shows it. */
export type ShownLevel = z.infer<typeof shownLevel>

const answer = z.object({ levels: z.array(shownLevel) })

/** The levels of the running service. @throws {SyncError} SERVICE_UNREACHABLE, SERVICE_REFUSED */
export async function readLevels(config: Config): Promise<readonly ShownLevel[]> {
  return levelsIn(await serviceClient(config).ask({ method: 'GET', path: PATH }))
}

/** Changes a level of the running service; answers all. @throws {SyncError} SERVICE_UNREACHABLE, SERVICE_REFUSED */
export async function changeLevels(
  config: Config,
  { logger, level, forMs, actor }: LevelChange & { readonly actor: string },
): Promise<readonly ShownLevel[]> {
  const body = level === null ? { logger, reset: true } : { logger, level, for_ms: forMs }
  return levelsIn(await serviceClient(config).ask({ method: 'PUT', path: PATH, body, actor }))
}

function levelsIn(said: unknown): readonly ShownLevel[] {
  const read = answer.safeParse(said)
  if (read.success) return read.data.levels
  const remedy = 'Use the program of the same version as the service.'
  throw new SyncError('SERVICE_REFUSED', `${PATH} was answered with something else than levels`, { remedy })
}
