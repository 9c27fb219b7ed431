import type { Lsn } from '../core/lsn.ts'
import type { SinkTable } from '../core/sink.ts'
import type { ChunkPlan } from '../core/source.ts'
import type { TableId } from '../core/table-id.ts'
import type { TableRoute } from '../core/table-route.ts'
import type { TableSchema } from '../core/table-schema.ts'
import type { TableState } from '../core/table-state.ts'
import type { Lessons } from './lessons.ts'
import { TableLoad } from './table-load.ts'

/** What a job begins with. */
export interface TableEntryParts {
  readonly state: TableState
  readonly origin: string
  readonly atomic: boolean
  readonly lessons: Lessons
}

/** One job: a source table on its way into the target. */
export class TableEntry {
  readonly route: TableRoute
  schema: TableSchema
  state: TableState
  /** What the table was made of at the source when the target's rows were taken; recorded with every state. */
  origin: string
  /**
   * The target tables that changes go to: none until one is opened; the live one; while a table that is in use is copied anew, the live
   * one and its shadow.
   */
  targets: readonly SinkTable[] = []
  /** The plan of the copy of a generation, from when it is made: the record of a table that is copied holds it. */
  copyPlan: { readonly generation: number; readonly plan: ChunkPlan } | null = null
  /** The target commits whole batches: a table that streams is exactly the state of the checkpoint. */
  readonly #atomic: boolean
  readonly #lessons: Lessons
  readonly #idle: TableLoad[] = []

  constructor(schema: TableSchema, route: TableRoute, parts: TableEntryParts) {
    const { state } = parts
    this.#atomic = parts.atomic
    this.#lessons = parts.lessons
    this.schema = schema
    this.route = route
    this.state = state
    this.origin = parts.origin
  }

  /** Whether changes of the stream are applied to it. */
  get applies(): boolean {
    return this.targets.length > 0 && (this.state.tag === 'snapshotting' || this.state.tag === 'streaming')
  }

  /** Whether the target's rows are exactly those of a checkpoint at this position: never while the table is copied. */
  isExactAt(position: Lsn): boolean {
    const { state } = this
    if (!this.#atomic) return false
    return state.tag === 'streaming' && position >= (state.aheadUntilLsn ?? 0n)
  }

  /** A value cannot stand in CSV: from now on the table's loads are JSON. */
  useJson(): void {
    this.#lessons.jsonTables.add(this.schema.id)
  }

  get json(): boolean {
    return this.#lessons.jsonTables.has(this.schema.id)
  }

  /** The target table whose encoders are used. @throws when none is open. */
  get sinkTable(): SinkTable {
    const [first] = this.targets
    if (!first) throw new Error(`${this.schema.id} is not open`)
    return first
  }

  /**
   * The target table that chunks are copied into and values are read back from: the shadow where there is one. What is wrong in the live
   * table must not get into the shadow. @throws when none is open.
   */
  get copyTarget(): SinkTable {
    return this.targets.at(-1) ?? this.sinkTable
  }

  /** An empty load for the next batch. */
  takeLoad(): TableLoad {
    return this.#idle.pop() ?? new TableLoad(this)
  }

  /** Gives a load back for reuse. */
  returnLoad(load: TableLoad): void {
    if (load.table !== this.targets[0] || this.#idle.length >= 2) return
    load.reset()
    this.#idle.push(load)
  }

  /** Changes are not applied any more. */
  close(): void {
    this.open([])
  }

  /** Takes other target tables; loads for the ones before are forgotten. */
  open(targets: readonly SinkTable[]): void {
    this.targets = targets
    this.#idle.length = 0
  }
}

/** The tables of a pipeline, by name and by the source's object id. */
export class TableRegistry {
  readonly #byId = new Map<TableId, TableEntry>()
  readonly #byOid = new Map<number, TableEntry>()

  add(entry: TableEntry): void {
    const before = this.#byId.get(entry.schema.id)
    // Two tables may have changed their names: the other one is there already under this number.
    if (before && this.#byOid.get(before.schema.oid) === before) this.#byOid.delete(before.schema.oid)
    this.#byId.set(entry.schema.id, entry)
    this.#byOid.set(entry.schema.oid, entry)
  }

  /** Gives a table the shape that it has now; one that was dropped and made again has another number, too. */
  reshape(entry: TableEntry, schema: TableSchema): void {
    if (this.#byOid.get(entry.schema.oid) === entry) this.#byOid.delete(entry.schema.oid)
    entry.schema = schema
    this.#byOid.set(schema.oid, entry)
  }

  byOid(oid: number): TableEntry | undefined {
    return this.#byOid.get(oid)
  }

  byId(id: TableId): TableEntry | undefined {
    return this.#byId.get(id)
  }

  all(): readonly TableEntry[] {
    return [...this.#byId.values()]
  }
}
