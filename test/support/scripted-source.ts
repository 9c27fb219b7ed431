import type { ChangeHandler, ChangeStream } from '../../src/core/change-stream.ts'
import { type Lsn, lsn } from '../../src/core/lsn.ts'
import type {
  ChunkPlan,
  ChunkRange,
  ChunkReader,
  DiscoveredTable,
  OwnedStream,
  RowsWanted,
  Source,
  SourceIdentity,
} from '../../src/core/source.ts'
import { SyncError } from '../../src/core/sync-error.ts'
import { type TableId, tableId } from '../../src/core/table-id.ts'
import type { TableSchema } from '../../src/core/table-schema.ts'
import { rowViewOf } from './row-view-of.ts'
import { tableSchemaOf } from './table-schema-of.ts'

/** A row: key, a value that always travels, a value that an update may leave out. */
export type Row = readonly [id: string, a: string, toast: string]

/** One change of a scripted transaction. `keep` updates without sending the toasted value. */
export type Change =
  | { readonly kind: 'insert'; readonly table: TableId; readonly row: Row }
  | {
      readonly kind: 'update'
      readonly table: TableId
      readonly from: string
      readonly row: Row
      readonly keep: boolean
    }
  | { readonly kind: 'delete'; readonly table: TableId; readonly id: string }
  | { readonly kind: 'truncate'; readonly table: TableId }

interface Transaction {
  readonly xid: number
  /** A logical message, instead of changes. */
  readonly message?: { readonly prefix: string; readonly content: string } | undefined
  readonly commitLsn: Lsn
  readonly endLsn: Lsn
  readonly changes: readonly Change[]
  visible: boolean
}

type State = Map<TableId, Map<string, Row>>

/** A source in memory: a log of transactions, a slot, snapshots whose visibility may lag behind the log. */
export class ScriptedSource implements Source {
  readonly schemas: TableSchema[] = []
  readonly #log: Transaction[] = []
  #end = 1000n
  #confirmed = lsn(1000n)
  #stream: ScriptedStream | null = null
  /** Called when a stream is opened; the next one before the last ended means two owners. */
  streams = 0

  addTable(name: string): TableId {
    const id = tableId('public', name)
    this.schemas.push({ ...tableSchemaOf(id, ['id', 'a', 'toast'], [0]), oid: 5000 + this.schemas.length })
    return id
  }

  /** Commits a transaction; it becomes visible to snapshots when `visible`, else with {@link settle}. */
  commit(changes: readonly Change[], visible: boolean): Lsn {
    const commitLsn = lsn(this.#end + 10n)
    const endLsn = lsn(this.#end + 20n)
    this.#end += 20n
    this.#log.push({ xid: 700 + this.#log.length, commitLsn, endLsn, changes, visible })
    this.#stream?.poke()
    return endLsn
  }

  /** Emits a logical message. */
  message(prefix: string, content: string): void {
    const commitLsn = lsn(this.#end + 10n)
    const endLsn = lsn(this.#end + 20n)
    this.#end += 20n
    this.#log.push({
      xid: 700 + this.#log.length,
      commitLsn,
      endLsn,
      changes: [],
      visible: true,
      message: { prefix, content },
    })
    this.#stream?.poke()
  }

  /** Makes every commit visible. */
  settle(): void {
    for (const one of this.#log) one.visible = true
  }

  /** The rows after every transaction up to a position. */
  stateAt(position: Lsn): State {
    return this.#replay((one) => one.endLsn <= position)
  }

  get endLsn(): Lsn {
    return lsn(this.#end)
  }

  get confirmedLsn(): Lsn {
    return this.#confirmed
  }

  /** Cuts the running stream, as a broken connection does. */
  cut(): void {
    this.#stream?.fail(new SyncError('SOURCE_UNREACHABLE', 'cut by the test'))
  }

  async identify(): Promise<SourceIdentity> {
    return {
      systemId: 'S',
      timeline: 1,
      timelineForks: new Map(),
      flushedLsn: lsn(this.#end),
      serverVersionNum: 180004,
    }
  }

  async discover(): Promise<{ tables: readonly DiscoveredTable[]; refused: readonly [] }> {
    const tables = this.schemas.map((schema) => ({
      schema,
      route: {
        table: schema.id,
        targetDatabase: 'd',
        targetTable: schema.name,
        excludeColumns: [],
        delete: 'hard' as const,
        columnTypes: {},
        properties: {},
      },
      partitions: [],
    }))
    return { tables, refused: [] }
  }

  async ensureSlot(): Promise<{ confirmedLsn: Lsn; created: boolean }> {
    return { confirmedLsn: this.#confirmed, created: false }
  }

  async openStream(handler: ChangeHandler): Promise<OwnedStream> {
    this.streams++
    const stream = new ScriptedStream({
      handler,
      startedAt: this.#confirmed,
      log: this.#log,
      schemas: this.schemas,
      end: () => lsn(this.#end),
      confirmed: (position) => {
        if (position > this.#confirmed) this.#confirmed = position
      },
    })
    this.#stream = stream
    return {
      stream,
      ownership: { confirm: async () => undefined },
      [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
    }
  }

  compareShape(): null {
    return null
  }

  async planChunks(): Promise<ChunkPlan> {
    const bounds = ['2', '4', '6']
    const ranges = [null, ...bounds].map((after, i): ChunkRange => {
      const upTo = bounds[i]
      return { tag: 'key', after: after === null ? null : [after], upTo: upTo === undefined ? null : [upTo] }
    })
    return { relfilenode: '1', ranges, estimatedRows: 10 }
  }

  async openChunk(table: TableSchema, range: ChunkRange): Promise<ChunkReader> {
    await someTicks()
    const seen = new Set(this.#log.filter((one) => one.visible).map((one) => one.xid))
    const rows = this.#replay((one) => seen.has(one.xid)).get(table.id) ?? new Map<string, Row>()
    const inside = [...rows.values()].filter(([id]) => isInside(id, range))
    const upperLsn = lsn(this.#end)
    await someTicks()
    return {
      snapshot: { sees: (xid) => seen.has(xid), isSettled: () => false },
      upperLsn,
      relfilenode: '1',
      read: async (onRow, afterData) => {
        for (const row of inside) {
          onRow(rowViewOf(row))
          await afterData()
          await someTicks()
        }
        return inside.length
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  }

  async waitForWriters(table: TableSchema): Promise<void> {
    const writers = this.#log.filter((one) => !one.visible && one.changes.some((change) => change.table === table.id))
    while (writers.some((one) => !one.visible)) await tick()
  }

  async readRows(
    table: TableSchema,
    wanted: RowsWanted,
    onRow: (row: ReturnType<typeof rowViewOf>) => void,
  ): Promise<Lsn> {
    while (this.#log.some((one) => !one.visible && wanted.mustSee.has(one.xid))) await tick()
    const rows = this.#replay((one) => one.visible).get(table.id)
    for (const [id] of wanted.keys) {
      const row = rows?.get(id ?? '')
      if (row) onRow(rowViewOf(row))
    }
    return lsn(this.#end)
  }

  async untilFlushed(): Promise<void> {
    await tick()
  }

  describeColumn(): string {
    return ''
  }

  async emitMarker(): Promise<Lsn> {
    this.#end += 8n
    this.#stream?.poke()
    return lsn(this.#end)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stream?.[Symbol.asyncDispose]()
  }

  #replay(counts: (one: Transaction) => boolean): State {
    const state: State = new Map(this.schemas.map((schema) => [schema.id, new Map<string, Row>()]))
    for (const one of this.#log) if (counts(one)) for (const change of one.changes) applyChange(state, change)
    return state
  }
}

function applyChange(state: State, change: Change): void {
  const rows = state.get(change.table)
  if (!rows) return
  if (change.kind === 'truncate') rows.clear()
  else if (change.kind === 'delete') rows.delete(change.id)
  else if (change.kind === 'insert') rows.set(change.row[0], change.row)
  else {
    const before = rows.get(change.from)
    rows.delete(change.from)
    rows.set(change.row[0], change.keep && before ? [change.row[0], change.row[1], before[2]] : change.row)
  }
}

function isInside(id: string, range: ChunkRange): boolean {
  if (range.tag !== 'key') return true
  const after = range.after?.[0]
  const upTo = range.upTo?.[0]
  return (after === undefined || id > after) && (upTo === undefined || id <= upTo)
}

/** Lets everything else that is ready run. */
export function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Lets everything else run for a while of no fixed length, so that the order of things varies. */
export async function someTicks(): Promise<void> {
  for (let turns = Math.floor(Math.random() * 12); turns >= 0; turns--) await tick()
}

interface StreamParts {
  readonly handler: ChangeHandler
  readonly startedAt: Lsn
  readonly log: readonly Transaction[]
  readonly schemas: readonly TableSchema[]
  readonly end: () => Lsn
  readonly confirmed: (position: Lsn) => void
}

class ScriptedStream implements ChangeStream {
  readonly startedAt: Lsn
  readonly #parts: StreamParts
  readonly #ended = Promise.withResolvers<void>()
  #next = 0
  #paused = true
  #closed = false
  #idleAt = 0n

  constructor(parts: StreamParts) {
    this.#parts = parts
    this.startedAt = parts.startedAt
    this.#ended.promise.catch(() => undefined)
  }

  get ended(): Promise<void> {
    return this.#ended.promise
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.poke()
  }

  confirm(position: Lsn): void {
    if (!this.#closed) this.#parts.confirmed(position)
  }

  progress(): { serverWalEnd: Lsn; receivedBytes: number; spooledBytes: number } {
    return { serverWalEnd: this.#parts.end(), receivedBytes: 0, spooledBytes: 0 }
  }

  fail(error: SyncError): void {
    this.#closed = true
    this.#ended.reject(error)
  }

  poke(): void {
    setImmediate(() => this.#pump())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#ended.resolve()
  }

  #pump(): void {
    if (this.#paused || this.#closed) return
    const { handler, log, end } = this.#parts
    const one = log[this.#next]
    if (one) {
      this.#next++
      if (one.endLsn > this.startedAt) this.#deliver(one)
      this.poke()
    } else if (end() > this.#idleAt) {
      this.#idleAt = end()
      handler.idle(end())
    }
  }

  #deliver(one: Transaction): void {
    const { handler } = this.#parts
    handler.begin({ xid: one.xid, commitLsn: one.commitLsn, commitTimeUs: 0n })
    for (const change of one.changes) this.#deliverChange(change)
    if (one.message) handler.message(one.message.prefix, Buffer.from(one.message.content), true)
    handler.commit(one.endLsn)
  }

  #deliverChange(change: Change): void {
    const { handler, schemas } = this.#parts
    const oid = schemas.find((schema) => schema.id === change.table)?.oid ?? 0
    const none = rowViewOf([])
    if (change.kind === 'insert') handler.insert(oid, rowViewOf(change.row))
    else if (change.kind === 'delete') handler.delete(oid, rowViewOf([change.id, null, null]), 'key')
    else if (change.kind === 'truncate') handler.truncate([oid])
    else {
      const row = rowViewOf([change.row[0], change.row[1], change.keep ? undefined : change.row[2]])
      const moved = change.from !== change.row[0]
      handler.update(oid, row, moved ? rowViewOf([change.from, null, null]) : none, moved ? 'key' : 'none')
    }
  }
}
