import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Transaction } from './transaction.ts'

/** A multi-table task as the journal knows it. */
interface TaskEntry {
  readonly id: number
  readonly database: string
  readonly label: string
  readonly beginMs: number
}

/** Which tasks of an earlier process are still remembered. */
interface LostSince {
  readonly sinceMs: number
  readonly nowMs: number
  readonly stored: ReadonlySet<number>
}

/** Lines after which the file is written anew. */
const compactAt = 20_000

/**
 * The tasks of multi-table transactions, which the FE journals when they begin (StreamLoadMgr.java): after a restart or a
 * switch of the leader an unfinished one is CANCELLED and holds its label on, although its transaction is lost
 * (reference/starrocks.md 2.1). One line a begin and one an end, in the order in which they came.
 */
export class TaskJournal {
  readonly #path: string
  readonly #open = new Map<number, TaskEntry>()
  #lines = 0

  /** Takes up what an earlier process left. */
  constructor(dataDir: string) {
    this.#path = join(dataDir, 'multi_table_tasks.jsonl')
    if (!existsSync(this.#path)) return
    for (const line of readFileSync(this.#path, 'utf8').split('\n')) this.#take(line)
  }

  /** Begun before this process, begun after `sinceMs`, and not among those whose end is `stored`. */
  lost({ sinceMs, nowMs, stored }: LostSince): Transaction[] {
    for (const { id, beginMs } of this.#open.values()) if (beginMs < sinceMs || stored.has(id)) this.#open.delete(id)
    this.#compact()
    return [...this.#open.values()].map((entry) => {
      const txn = new Transaction({ ...entry, kind: 'multi', nowMs: entry.beginMs, timeoutMs: 0 })
      txn.finishMs = nowMs
      return txn
    })
  }

  begin(txn: Transaction): void {
    const { id, database, label, beginMs } = txn
    const entry = { id, database, label, beginMs }
    this.#open.set(id, entry)
    this.#append(entry)
  }

  end({ id }: Transaction): void {
    if (this.#open.delete(id)) this.#append({ ended: id })
  }

  /** A line that a crash left unfinished is none. */
  #take(line: string): void {
    if (!line.endsWith('}')) return
    const parsed: unknown = JSON.parse(line)
    if (isEntry(parsed)) this.#open.set(parsed.id, parsed)
    else if (isEnd(parsed)) this.#open.delete(parsed.ended)
  }

  #append(line: object): void {
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`)
    if (++this.#lines >= compactAt) this.#compact()
  }

  #compact(): void {
    writeFileSync(this.#path, [...this.#open.values()].map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    this.#lines = 0
  }
}

const isEntry = (value: unknown): value is TaskEntry => typeof value === 'object' && value !== null && 'label' in value
const isEnd = (value: unknown): value is { readonly ended: number } =>
  typeof value === 'object' && value !== null && 'ended' in value
