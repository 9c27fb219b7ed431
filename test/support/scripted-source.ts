import type { ChangeHandler } from '../../src/core/change-stream.ts'
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
  UnseenChange,
} from '../../src/core/source.ts'
import { SyncError } from '../../src/core/sync-error.ts'
import { type TableId, tableId } from '../../src/core/table-id.ts'
import type { TableSchema } from '../../src/core/table-schema.ts'
import { rowViewOf } from './row-view-of.ts'
import { applyChange, type Change, meet, type Row, type State, type Transaction } from './scripted-log.ts'
import { ScriptedStream } from './scripted-stream.ts'
import { tableSchemaOf } from './table-schema-of.ts'
import { someTicks, tick } from './ticks.ts'

/** What a table is made of: itself, changes that the stream did not tell, and changes that it did. */
interface ScriptedOrigin {
  readonly oid: number
  readonly parts: number
  readonly grown: number
}

const textOf = ({ oid, parts, grown }: ScriptedOrigin): string => `${oid}:${parts}:${grown}`

/** A source in memory: a log of transactions, a slot, snapshots whose visibility may lag behind the log. */
export class ScriptedSource implements Source {
  readonly schemas: TableSchema[] = []
  readonly #log: Transaction[] = []
  readonly #origins = new Map<TableId, ScriptedOrigin>()
  #end = 1000n
  #confirmed = lsn(1000n)
  #stream: ScriptedStream | null = null
  #timeline = 1
  readonly #forks = new Map<number, Lsn>()
  /** Called when a stream is opened; the next one before the last ended means two owners. */
  streams = 0
  /** Streamed transactions that drafts stood for. */
  draftsTaken = 0

  addTable(name: string): TableId {
    const id = tableId('public', name)
    const oid = 5000 + this.schemas.length
    this.schemas.push({ ...tableSchemaOf(id, ['id', 'a', 'toast'], [0]), oid })
    this.#origins.set(id, { oid, parts: 0, grown: 0 })
    return id
  }

  /** Changes rows without an event, as attaching or detaching a partition does. */
  changeUnseen(table: TableId, changes: readonly Change[]): void {
    const origin = this.#originOf(table)
    this.#origins.set(table, { ...origin, parts: origin.parts + 1 })
    this.#append({ changes, visible: true, unseen: true })
  }

  /** Adds a part whose rows all come through the stream, as making a partition does. */
  grow(table: TableId): void {
    const origin = this.#originOf(table)
    this.#origins.set(table, { ...origin, grown: origin.grown + 1 })
  }

  /** Drops the table and makes it again with these rows. */
  replace(table: TableId, rows: readonly Row[]): void {
    const oid = 6000 + this.#log.length
    this.#origins.set(table, { oid, parts: 0, grown: 0 })
    this.schemas.splice(0, Infinity, ...this.schemas.map((one) => (one.id === table ? { ...one, oid } : one)))
    const changes = [
      { kind: 'truncate', table } as const,
      ...rows.map((row) => ({ kind: 'insert', table, row }) as const),
    ]
    this.#append({ changes, visible: true, unseen: true })
  }

  /** Commits a transaction; it becomes visible to snapshots when `visible`, else with {@link settle}. */
  commit(changes: readonly Change[], visible: boolean, streamed = false): Lsn {
    // Whoever changes a row waits for the one who changed it before: that one is visible by now.
    for (const one of this.#log)
      if (one.changes.some((before) => changes.some((now) => meet(before, now)))) one.visible = true
    return this.#append({ changes, visible, streamed })
  }

  /** Emits a logical message. */
  message(prefix: string, content: string): void {
    this.#append({ changes: [], visible: true, message: { prefix, content } })
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

  /** A standby takes over that has received everything up to `position`: what was committed later is lost. */
  failOver(position: Lsn): void {
    for (const one of this.#log.splice(0)) if (one.endLsn <= position) this.#log.push(one)
    this.#forks.set(this.#timeline, position)
    this.#timeline++
    this.#end = position + 5n
    this.settle()
  }

  /** Cuts the running stream, as a broken connection does. */
  cut(): void {
    this.#stream?.fail(new SyncError('SOURCE_UNREACHABLE', 'cut by the test'))
  }

  pools(): readonly [] {
    return []
  }

  async identify(): Promise<SourceIdentity> {
    return {
      systemId: 'S',
      timeline: this.#timeline,
      timelineForks: this.#forks,
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
      origin: textOf(this.#originOf(schema.id)),
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
      draftTaken: () => void (this.draftsTaken += 1),
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

  async unseenChange(_table: TableSchema, before: string, now: string): Promise<UnseenChange | null> {
    const [then, present] = [before.split(':'), now.split(':')]
    const replaced = then[0] !== present[0]
    return replaced || then[1] !== present[1] ? { replaced, reason: `${before} became ${now}` } : null
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

  async emitMarker(content: string): Promise<Lsn> {
    this.message('pg_starrocks_sync:p', content)
    return lsn(this.#end)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stream?.[Symbol.asyncDispose]()
  }

  #append(one: Omit<Transaction, 'xid' | 'commitLsn' | 'endLsn'>): Lsn {
    const commitLsn = lsn(this.#end + 10n)
    const endLsn = lsn(this.#end + 20n)
    this.#end += 20n
    this.#log.push({ ...one, xid: 700 + this.#log.length, commitLsn, endLsn })
    this.#stream?.poke()
    return endLsn
  }

  #originOf(table: TableId): ScriptedOrigin {
    return this.#origins.get(table) ?? { oid: 0, parts: 0, grown: 0 }
  }

  #replay(counts: (one: Transaction) => boolean): State {
    const state: State = new Map(this.schemas.map((schema) => [schema.id, new Map<string, Row>()]))
    for (const one of this.#log) if (counts(one)) for (const change of one.changes) applyChange(state, change)
    return state
  }
}

function isInside(id: string, range: ChunkRange): boolean {
  if (range.tag !== 'key') return true
  const after = range.after?.[0]
  const upTo = range.upTo?.[0]
  return (after === undefined || id > after) && (upTo === undefined || id <= upTo)
}
