import type { Config } from '../config/config.ts'
import { matchTables } from '../config/match-tables.ts'
import { type Checkpoint, hasPosition } from '../core/checkpoint.ts'
import type { Clock } from '../core/clock.ts'
import { formatLsn, ZERO_LSN } from '../core/lsn.ts'
import type { PipelineStatus, SlotStatus, TableStatus } from '../core/pipeline-status.ts'
import type { Guarantee, SinkState } from '../core/sink.ts'
import type { TableRoute } from '../core/table-route.ts'
import { serverFeatures } from '../sink/starrocks/mysql/server-features.ts'
import { guaranteeOf } from '../sink/starrocks/starrocks-sink.ts'
import { listRelations } from '../source/postgres/catalog/list-relations.ts'
import { readSlot } from '../source/postgres/catalog/read-slot.ts'
import { surveyTables } from '../source/postgres/catalog/survey-tables.ts'
import type { Session } from '../source/postgres/catalog/session.ts'
import { openAccess, type PipelineAccess } from './pipeline-access.ts'
import { readActivity } from './read-activity.ts'
import { serviceClient } from './service-client.ts'

/** Background processes of the source write so much now and then without any change of a table. */
const NOISE_BYTES = 16 * 1024

/** Reads how a pipeline stands from both sides; the service need not run. @throws {SyncError} when a side cannot be reached. */
export async function readStatus(config: Config, clock: Clock): Promise<PipelineStatus> {
  await using status = openStatus(config, clock)
  return await status.read()
}

/** Reads it again and again over the same connections. */
export interface StatusReader extends AsyncDisposable {
  /** With what the running service measures, if it answers. @throws {SyncError} when a side cannot be reached. */
  read(): Promise<PipelineStatus>
}

/** Opens both sides for {@link readStatus}; the caller disposes of it. */
export function openStatus(config: Config, clock: Clock): StatusReader {
  const access = openAccess(config, clock)
  const client = serviceClient(config)
  return {
    read: async () => {
      const [status, activity] = await Promise.all([readBothSides(access, config), readActivity(client)])
      return { ...status, activity }
    },
    [Symbol.asyncDispose]: () => access[Symbol.asyncDispose](),
  }
}

async function readBothSides(access: PipelineAccess, config: Config): Promise<PipelineStatus> {
  const [stored, session] = await Promise.all([access.readState(), access.session()])
  const state = withoutVoidPosition(stored)
  const slot = await readSlotStatus(session, config.source.slot)
  const lag = await readLag(session, state.checkpoint, slot)
  return {
    pipeline: config.pipeline,
    guarantee: state.checkpoint === null ? null : await readGuarantee(access, state, config),
    checkpoint: state.checkpoint && {
      number: state.checkpoint.number,
      endLsn: state.checkpoint.endLsn,
      commitTimeMs: state.checkpoint.commitTimeUs === 0n ? null : Number(state.checkpoint.commitTimeUs / 1000n),
      epoch: state.checkpoint.epoch,
    },
    slot,
    ...lag,
    tables: await withRefusals(tableStatuses(state, await matchedRoutes(session, config)), session, config),
  }
}

/** A pipeline that is to be set up anew is at no position. */
function withoutVoidPosition(state: SinkState): SinkState {
  const isAnew = state.checkpoint !== null && !hasPosition(state.checkpoint)
  return isAnew ? { ...state, checkpoint: null } : state
}

async function readSlotStatus(session: Session, name: string): Promise<SlotStatus | null> {
  const slot = await readSlot(session, name)
  if (slot === null) return null
  const [row] = await session.query<{ retained: string | null }>(
    `reading slot ${name}`,
    'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text AS retained FROM pg_replication_slots WHERE slot_name = $1',
    [name],
  )
  return {
    name,
    activePid: slot.activePid,
    confirmedLsn: slot.confirmedLsn ?? ZERO_LSN,
    retainedBytes: Math.max(0, Number(row?.retained ?? 0)),
    walStatus: slot.walStatus ?? 'reserved',
  }
}

async function readLag(
  session: Session,
  checkpoint: Checkpoint | null,
  slot: SlotStatus | null,
): Promise<Pick<PipelineStatus, 'lagMs' | 'lagBytes'>> {
  if (checkpoint === null) return { lagMs: null, lagBytes: null }
  const [row] = await session.query<{ bytes: string; now_ms: string }>(
    'asking for the present position',
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::text AS bytes,
            round(extract(epoch FROM clock_timestamp()) * 1000)::text AS now_ms`,
    [formatLsn(checkpoint.endLsn)],
  )
  const lagBytes = Math.max(0, Number(row?.bytes ?? 0))
  const ageMs = Number(row?.now_ms ?? 0) - Number(checkpoint.commitTimeUs / 1000n)
  return { lagBytes, lagMs: lagOf({ lagBytes, ageMs, checkpoint, isConnected: slot?.activePid != null }) }
}

interface LagFacts {
  readonly lagBytes: number
  readonly ageMs: number
  readonly checkpoint: Pick<Checkpoint, 'commitTimeUs'>
  readonly isConnected: boolean
}

/**
 * How late the target is. Null when it cannot be told: a little WAL beyond the checkpoint of a connected service may be a change
 * or nothing at all. Pure.
 */
export function lagOf({ lagBytes, ageMs, checkpoint, isConnected }: LagFacts): number | null {
  if (lagBytes === 0) return 0
  if (checkpoint.commitTimeUs === 0n || (isConnected && lagBytes <= NOISE_BYTES)) return null
  return Math.max(0, ageMs)
}

async function readGuarantee(access: PipelineAccess, state: SinkState, config: Config): Promise<Guarantee> {
  const { rows } = await access.sql.select('SELECT current_version()')
  const route = matchTables(config)
  const databases = state.tables.flatMap(({ table }) => {
    const dot = table.indexOf('.')
    return route(table.slice(0, dot), table.slice(dot + 1))?.targetDatabase ?? []
  })
  const otherDatabases = [...new Set(databases)].filter((database) => database !== config.target.database)
  return guaranteeOf(serverFeatures(rows[0]?.[0] ?? ''), { otherDatabases })
}

async function matchedRoutes(session: Session, config: Config): Promise<readonly TableRoute[]> {
  const route = matchTables(config)
  const relations = await listRelations(session, route)
  return relations.flatMap(({ schema, name, kind }) =>
    kind === 'r' || kind === 'p' ? (route(schema, name) ?? []) : [],
  )
}

/** Every job by the target's records, and as waiting what is matched but has no record yet. Pure. */
export function tableStatuses(state: SinkState, matched: readonly TableRoute[]): readonly TableStatus[] {
  const routes = new Map(matched.map((route) => [route.table, route]))
  const recorded = state.tables.map(({ table, state: tableState, ranges }): TableStatus => {
    const status = { table, target: targetName(routes.get(table)), state: tableState }
    if (tableState.tag !== 'snapshotting' || ranges === undefined) return status
    const loaded = state.chunks.filter((chunk) => chunk.table === table && chunk.generation === tableState.generation)
    return { ...status, chunks: { loaded: loaded.length, planned: ranges.length } }
  })
  const known = new Set(state.tables.map(({ table }) => table))
  const waiting = matched
    .filter(({ table }) => !known.has(table))
    .map((route): TableStatus => ({ table: route.table, target: targetName(route), state: { tag: 'waiting' } }))
  return [...recorded, ...waiting].toSorted((a, b) => (a.table < b.table ? -1 : 1))
}

/** Tells of tables that wait why they are not copied; the catalog is asked only when there are such. */
async function withRefusals(
  tables: readonly TableStatus[],
  session: Session,
  config: Config,
): Promise<readonly TableStatus[]> {
  if (!tables.some(({ state }) => state.tag === 'waiting')) return tables
  const { judgements } = await surveyTables(session, matchTables(config))
  const refusals = new Map(
    judgements.flatMap((each) => {
      if (each.tag !== 'refused') return []
      const { table, ...refused } = each.refused
      return [[table, refused]] as const
    }),
  )
  return tables.map((each) => {
    const refused = each.state.tag === 'waiting' ? refusals.get(each.table) : undefined
    return refused === undefined ? each : { ...each, refused }
  })
}

function targetName(route: TableRoute | undefined): string {
  return route === undefined ? '' : `${route.targetDatabase}.${route.targetTable}`
}
