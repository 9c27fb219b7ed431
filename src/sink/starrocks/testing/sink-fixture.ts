import { ByteBuffer } from '../../../core/byte-buffer.ts'
import type { Checkpoint } from '../../../core/checkpoint.ts'
import type { FailPoint, FailPoints } from '../../../core/fail-points.ts'
import { lsn } from '../../../core/lsn.ts'
import type { Ownership } from '../../../core/ownership.ts'
import type { BatchWriter, Load, SinkTable, TableRecord } from '../../../core/sink.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { tableId } from '../../../core/table-id.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { SqlClient } from '../mysql/sql-client.ts'
import { openStarRocksSink, type StarRocksSink } from '../starrocks-sink.ts'
import type { StarRocksTarget } from '../target.ts'
import { routeOf, rowOf, schemaOf, type SourceValue } from './source-fixtures.ts'
import { realClock } from '../../../../test/support/real-clock.ts'
import type { StandInProcess } from '../../../../test/support/stand-in-process.ts'

/** Ownership that a test takes away. */
class TestOwnership implements Ownership {
  owned = true
  confirmations = 0

  confirm(): Promise<void> {
    this.confirmations += 1
    if (this.owned) return Promise.resolve()
    return Promise.reject(new SyncError('SINK_REPLACED', 'another process has the slot'))
  }
}

/** Fail points at which a test holds a process, as SIGSTOP would. */
class HeldFailPoints implements FailPoints {
  readonly reached: FailPoint[] = []
  #point: FailPoint | null = null
  #held = Promise.withResolvers<void>()
  #released = Promise.withResolvers<void>()

  /** From now on whoever reaches the point stays there until {@link release}. */
  hold(point: FailPoint): void {
    this.#point = point
    this.#held = Promise.withResolvers<void>()
    this.#released = Promise.withResolvers<void>()
  }

  /** Resolves when somebody is held. */
  async untilHeld(): Promise<void> {
    await this.#held.promise
  }

  release(): void {
    this.#point = null
    this.#released.resolve()
  }

  async reach(point: FailPoint): Promise<void> {
    this.reached.push(point)
    if (point !== this.#point) return
    this.#held.resolve()
    await this.#released.promise
  }
}

/** How a sink reaches a stand-in. */
export function targetOf(
  standIn: Pick<StandInProcess, 'ports'>,
  parts: Partial<StarRocksTarget> = {},
): StarRocksTarget {
  const { httpPort, mysqlPort } = standIn.ports
  return {
    feHttp: [`http://127.0.0.1:${httpPort}`],
    feMysql: [{ host: '127.0.0.1', port: mysqlPort }],
    user: 'root',
    password: '',
    database: 'shop',
    otherDatabases: [],
    beHostMap: {},
    properties: { replication_num: '1' },
    ...parts,
  }
}

/** SQL as the service sends it to a stand-in. */
export function sqlClientOf(standIn: Pick<StandInProcess, 'ports'>): SqlClient {
  const { feMysql: addresses, user, password } = targetOf(standIn)
  return new SqlClient({ addresses, user, password, connectMs: 2000, queryMs: 10_000, limit: 2 })
}

/** One process of the service, as far as the target sees it. */
export interface Writer extends AsyncDisposable {
  readonly id: string
  readonly sink: StarRocksSink
  readonly ownership: TestOwnership
  readonly points: HeldFailPoints
}

/** Connects a process. */
export async function writerOf(target: StarRocksTarget, id: string, pipeline = 'shop'): Promise<Writer> {
  const points = new HeldFailPoints()
  const timeouts = { connectMs: 2_000, replyMs: 5_000, doubtMs: 5_000, rowLagMs: 200, pollMs: 2 }
  const sink = await openStarRocksSink({
    target,
    pipeline,
    clock: realClock,
    random: Math.random,
    failPoints: points,
    timeouts,
  })
  return { id, sink, ownership: new TestOwnership(), points, [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose]() }
}

/** Takes over as a session does: sweeps, reads, raises the epoch. Returns the checkpoint that the first batch follows. */
export async function begin(writer: Writer): Promise<Checkpoint> {
  await writer.sink.prepare()
  const { checkpoint } = await writer.sink.takeOver(writer.ownership)
  const from = checkpoint ?? firstCheckpoint(writer.id)
  return await apply(writer, from, [], { next: { epoch: from.epoch + 1n } })
}

/** What a pipeline starts from when the target holds nothing. */
function firstCheckpoint(id: string): Checkpoint {
  return {
    number: 0n,
    endLsn: lsn(100n),
    commitTimeUs: 0n,
    epoch: 0n,
    writerId: '',
    incarnation: `life of ${id}`,
    systemId: '1',
    timeline: 1,
  }
}

/** The checkpoint that follows another one. */
export function following(previous: Checkpoint, parts: Partial<Checkpoint> = {}): Checkpoint {
  return { ...previous, number: previous.number + 1n, endLsn: lsn(previous.endLsn + 10n), ...parts }
}

/** One attempt at a batch. */
export async function attempt(
  writer: Writer,
  previous: Checkpoint,
  loads: readonly Load[],
  extra: { readonly tables?: readonly TableRecord[]; readonly next?: Partial<Checkpoint> } = {},
): Promise<Checkpoint> {
  const opening = await writer.sink.openBatch(previous, writer.ownership)
  if (opening.tag === 'already-committed') return opening.checkpoint
  const next = following(previous, { writerId: writer.id, ...extra.next })
  try {
    await sendAll(opening.writer, loads)
    await opening.writer.commit(next, extra.tables ?? [])
    return next
  } catch (error) {
    await opening.writer.rollback()
    throw error
  }
}

async function sendAll(writer: BatchWriter, loads: readonly Load[]): Promise<void> {
  const results = await Promise.allSettled(loads.map((load) => writer.send(load)))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Attempts a batch as the pipeline does: again after whatever may pass. */
export async function apply(
  writer: Writer,
  previous: Checkpoint,
  loads: readonly Load[],
  extra: { readonly tables?: readonly TableRecord[]; readonly next?: Partial<Checkpoint> } = {},
): Promise<Checkpoint> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(writer, previous, loads, extra)
    } catch (error) {
      if (!(error instanceof SyncError) || error.retry !== 'auto' || tries === 5) throw error
    }
  }
}

/** accounts(id int8 primary key, owner text, balance int8) under another name. */
export function accountsSchema(name: string): TableSchema {
  return { ...schemaOf({ id: 'int8', owner: 'text', balance: 'int8' }), id: tableId('public', name), name }
}

/** Opens it as a target table. */
export async function openAccounts(writer: Writer, name: string, targetDatabase = 'shop'): Promise<SinkTable> {
  const table = tableId('public', name)
  return await writer.sink.openTable(accountsSchema(name), routeOf({ table, targetTable: name, targetDatabase }))
}

/** A row to write, or a key to delete. */
export type Row = { readonly upsert: readonly SourceValue[] } | { readonly remove: readonly SourceValue[] }

/** A load of rows. */
export function loadOf(
  table: SinkTable,
  rows: readonly Row[],
  format: 'csv' | 'json' = 'csv',
): Load & { readonly body: Buffer } {
  const body = new ByteBuffer()
  for (const row of rows) {
    const encoder = table.encoders[format]
    if ('upsert' in row) encoder.appendUpsert(rowOf(row.upsert), body)
    else encoder.appendDelete(rowOf(row.remove), body)
  }
  return { table, format, body: body.view(), rows: rows.length }
}

/** The encoded key of a row. */
export function keyOf(table: SinkTable, row: readonly SourceValue[], format: 'csv' | 'json' = 'csv'): Buffer {
  const body = new ByteBuffer()
  const length = table.encoders[format].appendUpsert(rowOf(row), body)
  return Buffer.from(body.view().subarray(0, length))
}

/** Asks the target, past the sink. */
export async function ask(target: StarRocksTarget, sql: string): Promise<readonly string[]> {
  await using client = new SqlClient({
    addresses: target.feMysql,
    user: target.user,
    password: target.password,
    connectMs: 2_000,
    queryMs: 5_000,
    limit: 1,
  })
  const { rows } = await client.select(sql)
  return rows.map((row) => row.map((cell) => cell ?? 'NULL').join(' '))
}
