import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { Lsn } from '../core/lsn.ts'
import type { TableRecord } from '../core/sink.ts'
import type { DiscoveredTable, DiscoveredTables } from '../core/source.ts'
import { SyncError } from '../core/sync-error.ts'
import type { TableId } from '../core/table-id.ts'
import type { TableNotCompared, TableComparison, VerifyReport } from '../core/verify-report.ts'
import { encodeRequest } from '../pipeline/request.ts'
import { compileTable } from '../sink/starrocks/compile-table.ts'
import type { ServerFeatures } from '../sink/starrocks/compiled-table.ts'
import { serverFeatures } from '../sink/starrocks/mysql/server-features.ts'
import { DEFAULT_TIMEOUTS } from '../sink/starrocks/target.ts'
import { readSlot } from '../source/postgres/catalog/read-slot.ts'
import { starRocksTarget } from './connections.ts'
import { openAccess, type PipelineAccess } from './pipeline-access.ts'
import { compareTable, type TableToCompare } from './verify/compare-table.ts'
import { readPendingChanges, untouchedKeys, type PendingChanges } from './verify/pending-changes.ts'
import { SourceSide } from './verify/source-side.ts'
import { describeStoppedAt, StreamPosition } from './verify/stream-position.ts'
import { rowStreamer } from './verify/stream-rows.ts'
import { tellService } from './verify/tell-service.ts'
import { TargetSide } from './verify/target-side.ts'

const ATTEMPTS = 3

/** What to compare, and with what. */
export interface VerifyRequest {
  readonly tables: readonly TableId[] | 'all'
  /** Whether the report contains values of rows that differ. */
  readonly showValues?: boolean | undefined
  /** Who compares: stands in the log of the service. */
  readonly actor: string
  readonly clock: Clock
  readonly abort: AbortSignal
  /** Gets a sentence now and then. */
  onProgress(sentence: string): void
}

/**
 * Compares every row of both sides, whether the service runs or not and while the source is written: rows that differ are looked at
 * again when the stream has passed a later position, until they are equal or have stood still.
 *
 * @throws {SyncError} when a side cannot be reached, or the pipeline has never run.
 */
export async function verify(config: Config, request: VerifyRequest): Promise<VerifyReport> {
  await using access = openAccess(config, request.clock)
  const verification = new Verification(config, request, access)
  const report = await verification.run()
  const untold = await tellService(config, report, request.actor)
  if (untold !== null) request.onProgress(`the service was not told of the result: ${untold}`)
  return report
}

/** Where a comparison begins. */
interface Beginning {
  readonly verifiedUpTo: Lsn
  /** What waits when no service is connected; unknown while one is. */
  readonly pending: PendingChanges
}

class Verification {
  readonly #config: Config
  readonly #request: VerifyRequest
  readonly #access: PipelineAccess
  readonly #position: StreamPosition

  constructor(config: Config, request: VerifyRequest, access: PipelineAccess) {
    this.#config = config
    this.#request = request
    this.#access = access
    this.#position = new StreamPosition({
      emitMarker: () => access.source.emitMarker(encodeRequest({ do: 'checkpoint' })),
      readCheckpoint: async () => (await access.readState()).checkpoint?.endLsn ?? null,
      isServiceConnected: async () => {
        const slot = await readSlot(await access.session(), config.source.slot)
        return slot?.activePid != null
      },
      clock: request.clock,
      signal: request.abort,
    })
  }

  async run(): Promise<VerifyReport> {
    const access = this.#access
    const [discovered, state, version] = await Promise.all([
      access.source.discover(),
      access.readState(),
      access.sql.select('SELECT current_version()'),
    ])
    if (state.checkpoint === null) {
      throw new SyncError('TARGET_MISSING', `the target holds nothing of pipeline ${this.#config.pipeline} yet`, {
        remedy: 'Start the service first: sync-app run.',
      })
    }
    const { chosen, notCompared } = chooseTables(this.#request.tables, discovered, state.tables)
    const features = serverFeatures(version.rows[0]?.[0] ?? '')
    const since = await this.#begin()
    const tables: TableComparison[] = []
    for (const table of chosen) {
      tables.push(await this.#compare(this.#prepare(table, features), since))
    }
    return { tables, notCompared }
  }

  /** Waits for the stream once, so that what is read is not full of rows on their way. */
  async #begin(): Promise<Beginning> {
    const passed = await this.#position.catchUp()
    if (passed !== null) return { verifiedUpTo: passed, pending: { tag: 'unknown' } }
    const stands = await this.#position.present()
    const pending = await readPendingChanges(await this.#access.session(), this.#config.source, stands)
    this.#request.onProgress(describeStoppedAt(stands, pending.tag !== 'none'))
    return { verifiedUpTo: stands, pending }
  }

  #prepare({ schema, route }: DiscoveredTable, features: ServerFeatures): TableToCompare {
    const { source, sql } = this.#access
    const { feMysql: addresses, user, password } = starRocksTarget(this.#config, [])
    const compiled = compileTable(schema, route, features)
    const from = { addresses, user, password, connectMs: DEFAULT_TIMEOUTS.connectMs }
    return {
      schema,
      plan: compiled.plan,
      sides: {
        source: new SourceSide({ source, schema, compiled, signal: this.#request.abort }),
        target: new TargetSide({ sql, stream: rowStreamer(from, this.#request.abort), route, compiled }),
      },
    }
  }

  #rowsTeller({ id, estimatedRows }: TableToCompare['schema']): (rowsRead: number) => void {
    const { clock } = this.#request
    const about = estimatedRows > 0 ? ` of about ${Math.round(estimatedRows)}` : ''
    let toldAtMs = clock.monotonicMs()
    return (rowsRead) => {
      if (clock.monotonicMs() - toldAtMs < TELL_EVERY_MS) return
      toldAtMs = clock.monotonicMs()
      this.#request.onProgress(`${id}: ${rowsRead}${about} rows read`)
    }
  }

  async #compare(table: TableToCompare, since: Beginning): Promise<TableComparison> {
    const request = this.#request
    const { id } = table.schema
    for (let attempt = 1; ; attempt += 1) {
      request.onProgress(`${id}: reading both sides`)
      try {
        return await compareTable(table, {
          verifiedUpTo: since.verifiedUpTo,
          catchUp: () => this.#position.catchUp(),
          untouched: async (keys) => untouchedKeys(await this.#access.session(), since.pending, table, keys),
          showValues: request.showValues ?? false,
          monotonicMs: () => request.clock.monotonicMs(),
          onRows: this.#rowsTeller(table.schema),
          signal: request.abort,
          onRound: (keysLeft) => request.onProgress(`${id}: rows to look at again: ${keysLeft}`),
        })
      } catch (error) {
        if (attempt === ATTEMPTS || !(error instanceof SyncError) || error.code !== 'SNAPSHOT_OUTDATED') throw error
      }
    }
  }
}

/** A sentence every two seconds, for tables that take longer. */
const TELL_EVERY_MS = 2_000

interface Choice {
  readonly chosen: readonly DiscoveredTable[]
  readonly notCompared: readonly TableNotCompared[]
}

/** Which tables can be compared, and why the others of those asked for cannot. Pure. */
export function chooseTables(
  wanted: readonly TableId[] | 'all',
  discovered: DiscoveredTables,
  records: readonly TableRecord[],
): Choice {
  const states = new Map(records.map((record) => [record.table, record.state]))
  const found = new Map(discovered.tables.map((table) => [table.schema.id, table]))
  const refused = new Map(discovered.refused.map((table) => [table.table, table.reason]))
  const all = [...found.keys(), ...refused.keys()]
  const chosen: DiscoveredTable[] = []
  const notCompared: TableNotCompared[] = []
  for (const table of wanted === 'all' ? all : wanted) {
    const state = states.get(table)
    const discoveredTable = found.get(table)
    if (discoveredTable !== undefined && state?.tag === 'streaming') chosen.push(discoveredTable)
    else notCompared.push({ table, reason: refused.get(table) ?? whyNot(discoveredTable, state?.tag) })
  }
  return { chosen, notCompared }
}

function whyNot(table: DiscoveredTable | undefined, state: TableRecord['state']['tag'] | undefined): string {
  if (table === undefined) return 'the source has no such table'
  return state === undefined ? 'its first copy has not begun' : `it is ${state}`
}
