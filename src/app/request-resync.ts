import type { Config } from '../config/config.ts'
import { matchTables } from '../config/match-tables.ts'
import type { Clock } from '../core/clock.ts'
import { ERROR_CATALOGUE, type ErrorCode } from '../core/error-codes.ts'
import type { Lsn } from '../core/lsn.ts'
import type { SinkState } from '../core/sink.ts'
import { SyncError } from '../core/sync-error.ts'
import { parseTableId, type TableId } from '../core/table-id.ts'
import { encodeRequest, type TableRequest } from '../pipeline/request.ts'
import { listRelations } from '../source/postgres/catalog/list-relations.ts'
import { startAnewIfCutOff } from './start-anew.ts'
import { openAccess, type PipelineAccess } from './pipeline-access.ts'

const POLL_MS = 200

/** What to ask of the service, and how long to stay with it. */
export interface PipelineRequestOptions {
  readonly do: TableRequest['do']
  readonly tables: readonly TableId[] | 'all'
  /** Who asks: stands in the log as the actor. */
  readonly by: string
  readonly clock: Clock
  readonly abort: AbortSignal
  /** Stay until every table has the state that was asked for (streaming again, or paused). */
  readonly wait?: { onProgress(sentence: string): void } | undefined
}

/**
 * Emits the request as logical messages at the source, where the service reads them in order with the changes; it need not run yet.
 * Resolves to the position of the last message, or, with `wait`, when the request is fulfilled.
 *
 * @throws {SyncError} TARGET_MISSING when there is no such table, ROW_REJECTED and the like when a table is quarantined instead.
 */
export async function requestOfPipeline(config: Config, options: PipelineRequestOptions): Promise<Lsn> {
  await using access = openAccess(config, options.clock)
  const tables = await tablesOf(config, options.tables, access)
  if (options.do === 'resync' && options.tables === 'all') {
    const reason = await startAnewIfCutOff(access, config.source.slot)
    if (reason !== null) options.wait?.onProgress(`the pipeline is set up anew: ${reason}`)
  }
  let position: Lsn | null = null
  for (const table of tables) {
    position = await access.source.emitMarker(encodeRequest({ do: options.do, table, by: options.by }))
  }
  if (position === null) throw new SyncError('CONFIG_INVALID', 'no table of the source matches the configuration')
  if (options.wait !== undefined) await untilFulfilled(tables, position, options, access)
  return position
}

/** The tables that are meant, all of them known to the source. */
async function tablesOf(
  config: Config,
  wanted: readonly TableId[] | 'all',
  access: PipelineAccess,
): Promise<readonly TableId[]> {
  const relations = await listRelations(await access.session(), matchTables(config))
  const matched = relations
    .filter(({ kind }) => kind === 'r' || kind === 'p')
    .map(({ schema, name }) => parseTableId(`${schema}.${name}`))
  if (wanted === 'all') return matched
  const unknown = wanted.find((table) => !matched.includes(table))
  if (unknown === undefined) return wanted
  throw new SyncError('CONFIG_INVALID', `the source has no table ${unknown} that the configuration matches`, {
    table: unknown,
    remedy: `The tables are: ${matched.join(', ')}.`,
  })
}

/** Waits until the checkpoint has passed the request and the tables are in the state that it leads to. */
async function untilFulfilled(
  tables: readonly TableId[],
  position: Lsn,
  options: PipelineRequestOptions,
  access: PipelineAccess,
): Promise<void> {
  const wanted = options.do === 'pause' ? 'paused' : 'streaming'
  let told = ''
  for (;;) {
    const sentence = whatIsLeft(await access.readState(), { tables, position, wanted })
    if (sentence === null) return
    if (sentence !== told) options.wait?.onProgress(sentence)
    told = sentence
    await options.clock.sleep(POLL_MS, options.abort)
  }
}

/** What was asked for. */
export interface Wish {
  readonly tables: readonly TableId[]
  /** Position of the request. */
  readonly position: Lsn
  readonly wanted: 'paused' | 'streaming'
}

/** What a wish still waits for, in words; null when it is fulfilled. Pure. @throws {SyncError} when a table is quarantined. */
export function whatIsLeft({ checkpoint, tables: records }: SinkState, wish: Wish): string | null {
  if (checkpoint === null || checkpoint.endLsn < wish.position) return 'the request was not taken up yet'
  const states = wish.tables.map((table) => records.find((record) => record.table === table)?.state)
  for (const state of states) {
    if (state?.tag !== 'quarantined') continue
    throw new SyncError(isErrorCode(state.code) ? state.code : 'INTERNAL', `a table is quarantined: ${state.reason}`)
  }
  const left = states.filter((state) => state?.tag !== wish.wanted).length
  return left === 0 ? null : `${left} of ${states.length} tables are not ${wish.wanted} yet`
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code)
}
