import type { AlertRow, AlertStore } from '../../../core/alert-store.ts'
import type { Clock } from '../../../core/clock.ts'
import { rowId, type LocalJournal } from './local-journal.ts'

/** A row that has no version yet. */
export type NewRow = Omit<AlertRow, 'version'>

/** Where rows are after they were written. `nowhere`: neither target nor directory took them; they are written when one does. */
export type Durability = 'target' | 'directory' | 'nowhere'

/** What the journal is made of. */
export interface JournalParts {
  readonly store: AlertStore
  /** The optional state directory. */
  readonly local: LocalJournal | null
  readonly clock: Pick<Clock, 'now'>
  /** Told when target or directory cannot be used. */
  readonly onTrouble: (error: unknown) => void
  /** Rows of an earlier life that the target held and that were not known: the target was down when this one began. */
  readonly onFound: (rows: readonly AlertRow[]) => void
}

const FIRST_PAUSE_MS = 5000
const LONGEST_PAUSE_MS = 60_000
const MOST_UNSAVED_HISTORY = 5000
const HISTORY = 'history'

/**
 * What alerting remembers: in the target, and while that is down in the state directory. Writing never fails; it says how durable the
 * rows are. Of two rows with one key the later one counts. Calls must not overlap.
 */
export class AlertJournal {
  readonly #parts: JournalParts
  readonly #rows = new Map<string, AlertRow>()
  readonly #unsaved = new Map<string, AlertRow>()
  #isTargetRead = false
  #retryAtMs = 0
  #pauseMs = FIRST_PAUSE_MS
  #lastVersion = 0

  constructor(parts: JournalParts) {
    this.#parts = parts
  }

  /** Whether what earlier lives told is known. False: the target is down and there is no state directory. */
  get isComplete(): boolean {
    return this.#isTargetRead || this.#parts.local !== null
  }

  /** Rows that only this process holds. */
  get unsavedRows(): number {
    return this.#unsaved.size
  }

  /** Everything that is remembered but removed things and history. */
  async load(): Promise<readonly AlertRow[]> {
    for (const row of this.#parts.local?.rows() ?? []) {
      this.#merge(row)
      this.#unsaved.set(rowId(row), row)
    }
    await this.#readTarget()
    return [...this.#rows.values()].filter(({ body, kind }) => body !== null && kind !== HISTORY)
  }

  /** Writes rows. Resolves when they are as durable as they can be made now. */
  async write(rows: readonly NewRow[]): Promise<Durability> {
    const versioned = rows.map((row) => ({ ...row, version: this.#nextVersion() }))
    for (const row of versioned) {
      this.#merge(row)
      this.#unsaved.set(rowId(row), row)
    }
    this.#boundHistory()
    const isLocal = await this.#writeLocal(versioned)
    await this.flush()
    if (this.#unsaved.size === 0) return 'target'
    return isLocal ? 'directory' : 'nowhere'
  }

  /** Brings to the target what it does not have yet, unless it was found to be down a moment ago. */
  async flush(): Promise<void> {
    const { clock, store, onTrouble } = this.#parts
    if (this.#unsaved.size === 0 && this.#isTargetRead) return
    if (clock.now() < this.#retryAtMs) return
    if (!this.#isTargetRead) {
      const found = await this.#readTarget()
      if (found.length > 0) this.#parts.onFound(found)
    }
    if (!this.#isTargetRead || this.#unsaved.size === 0) return
    const rows = [...this.#unsaved.values()]
    try {
      await store.write(rows)
      for (const row of rows) if (this.#unsaved.get(rowId(row)) === row) this.#unsaved.delete(rowId(row))
      this.#pauseMs = FIRST_PAUSE_MS
    } catch (error) {
      this.#pause()
      onTrouble(error)
    }
  }

  /** The newest entries of the history, newest first: of the target, and those that it does not have yet. */
  async history(limit: number): Promise<readonly AlertRow[]> {
    const local = [...(this.#parts.local?.rows() ?? []), ...this.#unsaved.values()]
    const stored = await this.#storedHistory(limit)
    const all = new Map([...stored, ...local].filter(({ kind }) => kind === HISTORY).map((row) => [row.key, row]))
    return [...all.values()].toSorted((a, b) => b.version - a.version).slice(0, limit)
  }

  async #storedHistory(limit: number): Promise<readonly AlertRow[]> {
    if (this.#parts.clock.now() < this.#retryAtMs) return []
    try {
      return await this.#parts.store.history(limit)
    } catch (error) {
      this.#pause()
      this.#parts.onTrouble(error)
      return []
    }
  }

  /** Forgets history and removed things of before an instant. */
  async forget(beforeMs: number): Promise<void> {
    for (const [id, row] of this.#rows) if (row.body === null && row.version < beforeMs) this.#rows.delete(id)
    if (!this.#isTargetRead || this.#parts.clock.now() < this.#retryAtMs) return
    try {
      await this.#parts.store.forget(beforeMs)
    } catch (error) {
      this.#parts.onTrouble(error)
    }
  }

  /** Resolves to the rows that were not known. */
  async #readTarget(): Promise<readonly AlertRow[]> {
    const { store, onTrouble } = this.#parts
    try {
      const rows = await store.load()
      const [newest] = await store.history(1)
      this.#isTargetRead = true
      this.#pauseMs = FIRST_PAUSE_MS
      // History of the directory that the target has already.
      for (const [id, { kind, version }] of this.#unsaved) {
        if (kind === HISTORY && version <= (newest?.version ?? 0)) this.#unsaved.delete(id)
      }
      return rows.filter((row) => this.#merge(row))
    } catch (error) {
      this.#pause()
      onTrouble(error)
      return []
    }
  }

  /** Whether the row is news. */
  #merge(row: AlertRow): boolean {
    this.#lastVersion = Math.max(this.#lastVersion, row.version)
    if (row.kind === HISTORY) return false
    const id = rowId(row)
    const known = this.#rows.get(id)
    if (known && known.version >= row.version) {
      if (known.version === row.version) this.#unsaved.delete(id)
      return false
    }
    this.#rows.set(id, row)
    this.#unsaved.delete(id)
    return true
  }

  async #writeLocal(rows: readonly AlertRow[]): Promise<boolean> {
    const { local, onTrouble } = this.#parts
    if (local === null) return false
    try {
      await local.append(rows)
      return true
    } catch (error) {
      onTrouble(error)
      return false
    }
  }

  #boundHistory(): void {
    const history = [...this.#unsaved].filter(([, { kind }]) => kind === HISTORY)
    for (const [id] of history.slice(0, Math.max(0, history.length - MOST_UNSAVED_HISTORY))) this.#unsaved.delete(id)
  }

  #pause(): void {
    this.#retryAtMs = this.#parts.clock.now() + this.#pauseMs
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  /** Greater than every version before, also when the clock was set back. */
  #nextVersion(): number {
    this.#lastVersion = Math.max(this.#parts.clock.now(), this.#lastVersion + 1)
    return this.#lastVersion
  }
}
