import type { Checkpoint } from '../../src/core/checkpoint.ts'
import type { LoadFormat } from '../../src/core/row-encoder.ts'
import type {
  BatchOpening,
  BatchWriter,
  ChunkName,
  ChunkRecord,
  ChunkWriter,
  DeleteRecord,
  Guarantee,
  Load,
  ReadBackRow,
  RejectedLoad,
  ShadowName,
  Sink,
  SinkState,
  SinkTable,
  TableRecord,
} from '../../src/core/sink.ts'
import { SyncError } from '../../src/core/sync-error.ts'
import type { TableRoute } from '../../src/core/table-route.ts'
import type { TableSchema } from '../../src/core/table-schema.ts'
import { PlainEncoder } from './plain-encoder.ts'
import { someTicks as tick } from './ticks.ts'

type Fields = readonly (string | null)[]

/** Where a scripted fault may strike. */
export type FaultPoint =
  | 'scratch'
  | 'send'
  | 'commit-before'
  | 'commit-after'
  | 'chunk-before'
  | 'chunk-after'
  | 'read-back'

/** What outlives a session: the tables of the target and the pipeline's rows. */
export class MemoryTarget {
  readonly tables = new Map<string, { generation: number; rows: Map<string, Fields> }>()
  checkpoint: Checkpoint | null = null
  readonly records = new Map<string, TableRecord>()
  readonly chunks: ChunkRecord[] = []
}

/** A target in memory that commits batches as one, with faults on demand. A value of `refused` is refused with its row. */
export class MemorySink implements Sink {
  readonly guarantee: Guarantee
  readonly version = 'memory'
  readonly #target: MemoryTarget
  readonly #fault: (point: FaultPoint) => boolean
  readonly #onCommit: (checkpoint: Checkpoint) => void
  /** A value that the target refuses. */
  refused: string | null = null
  /** What happens while a copy is put in place. */
  whileSwapping: () => Promise<void> = () => Promise.resolve()
  /** Rows of every load of a batch, in the order in which they were sent. */
  readonly sentRows: number[] = []
  /** Bytes of them. */
  readonly sentBytes: number[] = []
  /** Bytes of every piece of a chunk. */
  readonly pieceBytes: number[] = []

  constructor(parts: {
    readonly target: MemoryTarget
    readonly fault: (point: FaultPoint) => boolean
    readonly onCommit: (checkpoint: Checkpoint) => void
    readonly guarantee?: Guarantee
  }) {
    this.#target = parts.target
    this.#fault = parts.fault
    this.#onCommit = parts.onCommit
    this.guarantee = parts.guarantee ?? 'atomic'
  }

  pools(): readonly [] {
    return []
  }

  async prepare(): Promise<void> {
    await tick()
  }

  async takeOver(): Promise<SinkState> {
    await tick()
    const { checkpoint, records, chunks } = this.#target
    for (const name of this.#target.tables.keys()) if (name.includes('__sync_')) this.#target.tables.delete(name)
    return { checkpoint, tables: [...records.values()], chunks: [...chunks] }
  }

  async readCheckpoint(): Promise<Checkpoint | null> {
    return this.#target.checkpoint
  }

  async openTable(schema: TableSchema, route: TableRoute): Promise<SinkTable> {
    await tick()
    if (!this.#target.tables.has(route.targetTable))
      this.#target.tables.set(route.targetTable, { generation: 0, rows: new Map() })
    return sinkTable(schema, route, route.targetTable)
  }

  async openShadow(schema: TableSchema, route: TableRoute, name: ShadowName): Promise<SinkTable> {
    await tick()
    const targetName = `${route.targetTable}__sync_e${name.epoch}n${name.number}`
    this.#target.tables.set(targetName, { generation: name.generation, rows: new Map() })
    return sinkTable(schema, route, targetName)
  }

  async liveGeneration(route: TableRoute): Promise<number | null> {
    return this.#target.tables.get(route.targetTable)?.generation ?? null
  }

  async swap(shadow: SinkTable): Promise<SinkTable> {
    await tick()
    await this.whileSwapping()
    const table = this.#target.tables.get(shadow.targetName)
    if (!table) throw new SyncError('SINK_QUERY', `no table ${shadow.targetName}`)
    this.#target.tables.set(shadow.route.targetTable, table)
    this.#target.tables.delete(shadow.targetName)
    return sinkTable(shadow.schema, shadow.route, shadow.route.targetTable)
  }

  async openBatch(previous: Checkpoint): Promise<BatchOpening> {
    await tick()
    const held = this.#target.checkpoint
    if (held && held.number > previous.number) {
      if (held.number === previous.number + 1n && held.epoch === previous.epoch)
        return { tag: 'already-committed', checkpoint: held }
      throw new SyncError('SINK_REPLACED', 'another process has committed')
    }
    return { tag: 'open', writer: this.#batchWriter() }
  }

  async openChunk(table: SinkTable, _name: ChunkName): Promise<ChunkWriter> {
    await tick()
    const parts: Buffer[] = []
    return {
      write: async (bytes) => {
        parts.push(Buffer.from(bytes))
        this.pieceBytes.push(bytes.length)
        await tick()
      },
      commit: async (record) => {
        this.#strike('chunk-before')
        this.#apply({ table, format: _name.format, body: Buffer.concat(parts), rows: record.rows })
        this.#target.chunks.push(record)
        this.#strike('chunk-after')
        await tick()
      },
      rollback: async () => tick(),
    }
  }

  async untilVisible(): Promise<void> {
    await tick()
  }

  async readBack(
    table: SinkTable,
    format: LoadFormat,
    keys: readonly Buffer[],
    columns: readonly number[],
  ): Promise<readonly ReadBackRow[]> {
    this.#strike('read-back')
    const encoder = new PlainEncoder(format, 3, [0])
    const rows = this.#rows(table)
    return keys.flatMap((key) => {
      const row = rows.get(encoder.decodeField(key.toString('latin1').slice(0, -1)) ?? '')
      if (!row) return []
      const fields = columns.map((column) => {
        const value = row[column] ?? null
        return Buffer.from(value === null ? '~' : format === 'json' ? Buffer.from(value).toString('hex') : value)
      })
      return [{ key, fields }]
    })
  }

  async findRejected(loads: readonly Load[]): Promise<readonly RejectedLoad[]> {
    const whole = await Promise.all(loads.map(inMemory))
    return whole.filter((load) => this.#refuses(load)).map((load) => ({ table: load.table.id, reason: 'refused' }))
  }

  async deletesOfAll(table: SinkTable, format: LoadFormat): Promise<readonly DeleteRecord[]> {
    const encoder = new PlainEncoder(format, 3, [0])
    return [...this.#rows(table).keys()].map((key) => {
      const field = format === 'json' ? Buffer.from(key).toString('hex') : key
      const record = Buffer.from(`${field}\u0001~\u0001~\u0001d\u0002`)
      return { record, keyLength: Buffer.byteLength(encoder.format === format ? field : '') + 1 }
    })
  }

  async truncate(table: SinkTable): Promise<void> {
    this.#rows(table).clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await tick()
  }

  #batchWriter(): BatchWriter {
    const loads: WholeLoad[] = []
    const last = new Map<string, Promise<void>>()
    const send = async (load: Load, before: Promise<void> | undefined): Promise<void> => {
      await before
      await tick()
      this.#strike('send')
      this.sentRows.push(load.rows)
      this.sentBytes.push(load.body.length)
      loads.push(await inMemory(load))
    }
    return {
      // Loads of different tables may overlap; those of one table go in order.
      send: async (load) => {
        const { targetName } = load.table
        const sent = send(load, last.get(targetName))
        last.set(targetName, sent)
        await sent
      },
      commit: async (checkpoint, tables) => {
        await tick()
        this.#strike('commit-before')
        if (loads.some((load) => this.#refuses(load))) throw new SyncError('ROW_REJECTED', 'too many filtered rows')
        for (const load of loads) this.#apply(load)
        for (const record of tables) this.#target.records.set(record.table, record)
        this.#target.checkpoint = checkpoint
        this.#onCommit(checkpoint)
        this.#strike('commit-after')
      },
      rollback: async () => tick(),
    }
  }

  #refuses(load: WholeLoad): boolean {
    return this.refused !== null && load.body.includes(this.refused)
  }

  #apply(load: WholeLoad): void {
    const rows = this.#rows(load.table)
    for (const { fields, op } of new PlainEncoder(load.format, 3, [0]).decode(load.body)) {
      const key = fields[0] ?? ''
      if (op === 'u') rows.set(key, fields)
      else rows.delete(key)
    }
  }

  #rows(table: SinkTable): Map<string, Fields> {
    const found = this.#target.tables.get(table.targetName)
    if (!found) throw new SyncError('SINK_QUERY', `no table ${table.targetName}`)
    return found.rows
  }

  #strike(point: FaultPoint): void {
    if (this.#fault(point)) throw new SyncError('SINK_UNREACHABLE', `fault at ${point}`)
  }
}

interface WholeLoad extends Load {
  readonly body: Buffer
}

/** A load with its own copy of its bytes. */
async function inMemory(load: Load): Promise<WholeLoad> {
  if (Buffer.isBuffer(load.body)) return { ...load, body: Buffer.from(load.body) }
  const pieces: Buffer[] = []
  for await (const piece of load.body.pieces()) pieces.push(Buffer.from(piece))
  return { ...load, body: Buffer.concat(pieces) }
}

function sinkTable(schema: TableSchema, route: TableRoute, targetName: string): SinkTable {
  const encoders = { csv: new PlainEncoder('csv', 3, [0]), json: new PlainEncoder('json', 3, [0]) }
  return { id: schema.id, schema, route, targetName, encoders, filter: null }
}
