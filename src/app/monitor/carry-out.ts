import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { isoInstant } from '../../core/instant.ts'
import { formatLsn } from '../../core/lsn.ts'
import { asSyncError } from '../../core/sync-error.ts'
import { parseTableId } from '../../core/table-id.ts'
import type { OpenLog } from '../open-log.ts'
import { requestOfPipeline } from '../request-resync.ts'
import type { SyncAnswer, SyncRequest } from './monitor-messages.ts'

/** What requests are carried out with. */
export interface CarryOutDeps {
  readonly config: Config
  readonly log: Pick<OpenLog, 'levels' | 'write'>
  readonly clock: Clock
}

/** Carries out what was asked over HTTP, in the sync thread. Never throws: a failure is an answer. */
export async function carryOut(deps: CarryOutDeps, request: SyncRequest): Promise<SyncAnswer> {
  if (request.do === 'levels') return { tag: 'levels', levels: levelsAfter(request.change, deps.log) }
  const { config, clock } = deps
  const { do: what, table, actor: by } = request
  try {
    const options = { do: what, tables: [parseTableId(table)], by, clock, abort: new AbortController().signal }
    return { tag: 'done', position: formatLsn(await requestOfPipeline(config, options)) }
  } catch (error) {
    const { code, message, remedy } = asSyncError(error)
    return { tag: 'failed', code, message, remedy }
  }
}

function levelsAfter(
  change: Extract<SyncRequest, { readonly do: 'levels' }>['change'],
  { levels, write }: CarryOutDeps['log'],
): ReturnType<OpenLog['levels']['list']> {
  if (change === null) return levels.list()
  const { logger, level, forMs, actor } = change
  const { level: present, untilMs } = level === null ? levels.reset(logger) : levels.change(logger, level, forMs)
  const until = untilMs === null ? undefined : isoInstant(untilMs)
  const fields = { changed_logger: logger, new_level: present, reset: level === null || undefined, until }
  write({ level: 'INFO', logger: 'sync_app.logs', message: 'Level of a logger changed', fields, actor })
  return levels.list()
}
