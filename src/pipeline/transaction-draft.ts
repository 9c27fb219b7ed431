import type { Draft, OldRowKind, Relation } from '../core/change-stream.ts'
import type { RowView } from '../core/row-view.ts'
import type { LoadFormat } from '../core/row-encoder.ts'
import type { CreateScratchFile, ScratchFile } from '../core/scratch-file.ts'
import type { SinkTable } from '../core/sink.ts'
import type { TableId } from '../core/table-id.ts'
import { addCounts, type ChangeCounts, countsOf, NO_COUNTS } from './change-counts.ts'
import { DraftPart } from './draft-part.ts'
import type { TableEntry, TableRegistry } from './table-registry.ts'
import type { RowProblem, TableLoad } from './table-load.ts'

/** What a draft is made with. */
export interface DraftDeps {
  readonly registry: TableRegistry
  readonly compareShape: (relation: Relation, entry: TableEntry) => string | null
  readonly createFile: CreateScratchFile
  /** Beyond it the rows so far become parts of their own. */
  readonly partBytes: number
  readonly partRows: number
}

interface DraftTable {
  readonly entry: TableEntry
  /** The target table that rows are encoded for. */
  readonly target: SinkTable
  load: TableLoad
  /** What the parts have counted. */
  counts: ChangeCounts
  /** The parts' format; loads of one table must agree in it. Null while there is none. */
  format: LoadFormat | null
}

const NO_OID = -1

/** Pieces of a transaction that wait for the disk at most. */
const MOST_WAITING_PIECES = 3

/**
 * A large transaction encoded while it is still open at the source: its rows lie ready, in parts, when its commit comes.
 *
 * It rests on tables staying as they are, and holds only what needs no look at anything else. On whatever else happens it becomes useless,
 * which costs nothing but the work: the source still has the transaction as it came.
 */
export class TransactionDraft implements Draft {
  readonly xid: number
  /** Row changes, without those of tables that are not applied. */
  rows = 0
  bytes = 0
  /** Everything is given back. */
  isClosed = false
  /** Relations that no table of the pipeline had. */
  readonly unknown: Relation[] = []
  readonly #deps: DraftDeps
  readonly #tables = new Map<number, DraftTable>()
  /** Relations whose changes were passed over. */
  readonly #passedOver = new Set<number>()
  #parts: DraftPart[] = []
  #file: ScratchFile | null = null
  #writing: Promise<void> | null = null
  /** Pieces of the transaction that are on their way to disk. */
  #piecesInMemory = 0
  #closing: Promise<void> | null = null
  #unsealedBytes = 0
  #unsealedRows = 0
  #ended = false
  #lastOid = NO_OID
  #last: DraftTable | null = null

  constructor(xid: number, deps: DraftDeps) {
    this.xid = xid
    this.#deps = deps
  }

  get usable(): boolean {
    return this.#closing === null
  }

  /** The tables whose rows there are to send, with their format. */
  get formats(): ReadonlyMap<TableEntry, LoadFormat> {
    return new Map(this.#parts.map(({ entry, format }) => [entry, format]))
  }

  /** The tables that it changes, with how much. */
  get counts(): ReadonlyMap<TableId, ChangeCounts> {
    const tables = [...this.#tables.values()]
    return new Map(tables.map(({ entry, counts, load }) => [entry.schema.id, addCounts(counts, countsOf(load))]))
  }

  relation(relation: Relation): void {
    this.#lastOid = NO_OID
    const entry = this.#deps.registry.byOid(relation.oid)
    if (!entry) this.unknown.push(relation)
    else if (entry.applies && this.#deps.compareShape(relation, entry) !== null) this.discard()
  }

  insert(relationOid: number, row: RowView): void {
    const table = this.#table(relationOid)
    if (table === null) return
    const before = table.load.body.bytes
    this.#added(table, before, table.load.insert(row))
  }

  update(relationOid: number, row: RowView, old: RowView, oldKind: OldRowKind): void {
    const table = this.#table(relationOid)
    if (table === null) return
    const before = table.load.body.bytes
    this.#added(table, before, table.load.update(row, old, oldKind))
  }

  delete(relationOid: number, old: RowView, oldKind: OldRowKind): void {
    const table = this.#table(relationOid)
    if (table === null) return
    const before = table.load.body.bytes
    this.#added(table, before, table.load.delete(old, oldKind))
  }

  /** Whether tables are still as they were when their rows were encoded. */
  get holds(): boolean {
    const { registry } = this.#deps
    if ([...this.#passedOver].some((oid) => registry.byOid(oid)?.applies === true)) return false
    return [...this.#tables].every(
      ([oid, { entry, target }]) => registry.byOid(oid) === entry && isSteady(entry, target),
    )
  }

  /** The commit has come: no change follows, and the rows must not be lost any more. Not when it has become useless by that. */
  end(): boolean {
    if (this.usable) this.#cutParts()
    this.#ended = this.usable
    return this.#ended
  }

  /** Takes a table's rows out. */
  leaveOut(table: TableId): void {
    for (const part of this.#parts) if (part.entry.schema.id === table) part.release()
    this.#parts = this.#parts.filter(({ entry }) => entry.schema.id !== table)
    for (const [oid, { entry }] of this.#tables) if (entry.schema.id === table) this.#tables.delete(oid)
  }

  /** The rows in the order in which they must be sent. */
  async parts(): Promise<readonly DraftPart[]> {
    await this.#writing
    return this.#parts
  }

  discard(): void {
    this.#closing ??= this.#close()
    // Whoever owns it hears of a failure.
    this.#closing.catch(() => undefined)
  }

  /** Resolves when everything is given back. */
  async closed(): Promise<void> {
    await this.#closing
  }

  #table(oid: number): DraftTable | null {
    if (!this.usable) return null
    if (oid === this.#lastOid) return this.#last
    this.#lastOid = oid
    this.#last = this.#tables.get(oid) ?? this.#newTable(oid)
    return this.#last
  }

  #newTable(oid: number): DraftTable | null {
    const entry = this.#deps.registry.byOid(oid)
    const [target] = entry?.targets ?? []
    if (entry?.applies !== true || !target) {
      this.#passedOver.add(oid)
      return null
    }
    if (!isSteady(entry, target)) {
      this.discard()
      return null
    }
    const table = { entry, target, load: entry.takeLoad(), counts: NO_COUNTS, format: null }
    this.#tables.set(oid, table)
    return table
  }

  #added({ load }: DraftTable, bytesBefore: number, problem: RowProblem | null): void {
    // A refused row takes its table out, and a value that is to be looked up asks for the state before the commit.
    if (problem !== null || load.formatClash || load.body.pending.size > 0) {
      this.discard()
      return
    }
    const bytes = load.body.bytes - bytesBefore
    this.rows++
    this.bytes += bytes
    this.#unsealedBytes += bytes
    this.#unsealedRows++
    if (this.#unsealedBytes >= this.#deps.partBytes || this.#unsealedRows >= this.#deps.partRows) this.#seal()
  }

  /** Sends the rows so far on their way to disk. When too many are not there yet, the disk is too slow to be waited for. */
  #seal(): void {
    if (this.#piecesInMemory >= MOST_WAITING_PIECES) {
      this.discard()
      return
    }
    const parts = this.#cutParts()
    if (!this.usable) return
    this.#unsealedBytes = 0
    this.#unsealedRows = 0
    this.#piecesInMemory++
    this.#writing = this.#write(parts, this.#writing).finally(() => this.#piecesInMemory--)
  }

  #cutParts(): readonly DraftPart[] {
    const parts: DraftPart[] = []
    for (const table of this.#tables.values()) {
      if (table.load.body.rows === 0) continue
      if (!isSteady(table.entry, table.target)) {
        this.discard()
        break
      }
      const part = new DraftPart(table.entry, table.load)
      table.counts = addCounts(table.counts, countsOf(table.load))
      table.format ??= part.format
      parts.push(part)
      if (!followOn(table)) {
        this.discard()
        break
      }
    }
    this.#parts.push(...parts)
    return parts
  }

  async #write(parts: readonly DraftPart[], before: Promise<void> | null): Promise<void> {
    await before
    if (!this.usable) return
    try {
      this.#file ??= await this.#deps.createFile()
      for (const part of parts) await part.store(this.#file)
    } catch {
      // The source's own spool will say what is wrong with the disk. Once the draft is taken its parts are sent from memory.
      if (!this.#ended) this.discard()
    }
  }

  async #close(): Promise<void> {
    await this.#writing
    for (const part of this.#parts) part.release()
    for (const { entry, load } of this.#tables.values()) entry.returnLoad(load)
    this.#parts = []
    this.#tables.clear()
    const file = this.#file
    this.#file = null
    await file?.[Symbol.asyncDispose]()
    this.isClosed = true
  }
}

/** Gives the table an empty load after one that became a part. False when it would have another format. */
function followOn(table: DraftTable): boolean {
  const load = table.entry.takeLoad()
  table.load = load
  if (table.format === 'json' && load.body.format === 'csv') load.useJson()
  load.partSent = true
  return load.body.format === table.format
}

/** A table's target is the state before the transaction, and no copy of it is under way. */
function isSteady(entry: TableEntry, target: SinkTable): boolean {
  return entry.applies && entry.state.tag === 'streaming' && entry.targets[0] === target
}
