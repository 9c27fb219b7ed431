import { mkdir, open, readFile, rename, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { AlertRow } from '../../../core/alert-store.ts'

const FILE = 'alerts.jsonl'
const COMPACT_FROM_BYTES = 16 * 1024 * 1024
const KEPT_HISTORY = 2000

const storedRow = z.object({
  kind: z.string(),
  key: z.string(),
  version: z.number(),
  body: z.string().nullable(),
})

/** Identifies a row among those of all kinds. */
export function rowId({ kind, key }: Pick<AlertRow, 'kind' | 'key'>): string {
  return `${kind}|${key}`
}

/**
 * What alerting remembers, in a file of the state directory: one line per change, the last one of a key counts. Only one process may
 * use a directory.
 */
export class LocalJournal implements AsyncDisposable {
  readonly #path: string
  #rows: Map<string, AlertRow>
  #file: FileHandle
  #bytes = 0

  private constructor(path: string, rows: Map<string, AlertRow>, file: FileHandle) {
    this.#path = path
    this.#rows = rows
    this.#file = file
  }

  /** Opens the directory's journal, making both where they are absent. A line that a crash cut off is left out. @throws what the file system says. */
  static async open(directory: string): Promise<LocalJournal> {
    await mkdir(directory, { recursive: true })
    const path = join(directory, FILE)
    const rows = await readRows(path)
    return new LocalJournal(path, rows, await rewrite(path, rows))
  }

  /** Every row, the last one of each key. */
  rows(): readonly AlertRow[] {
    return [...this.#rows.values()]
  }

  /** Appends rows; they are on disk when it resolves. @throws what the file system says. */
  async append(rows: readonly AlertRow[]): Promise<void> {
    if (rows.length === 0) return
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    await this.#file.appendFile(lines)
    await this.#file.datasync()
    for (const row of rows) this.#rows.set(rowId(row), row)
    this.#bytes += lines.length
    if (this.#bytes > COMPACT_FROM_BYTES) await this.#compact()
  }

  async #compact(): Promise<void> {
    this.#rows = new Map(kept(this.#rows).map((row) => [rowId(row), row]))
    const before = this.#file
    this.#file = await rewrite(this.#path, this.#rows)
    this.#bytes = 0
    await before.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }
}

async function readRows(path: string): Promise<Map<string, AlertRow>> {
  const rows = new Map<string, AlertRow>()
  for (const line of (await readOrNothing(path)).split('\n')) {
    const row = parseLine(line)
    if (row) rows.set(rowId(row), row)
  }
  return rows
}

async function readOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

function parseLine(line: string): AlertRow | null {
  if (line === '') return null
  try {
    return storedRow.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** Removed rows stay: the target may hold an older one. */
function kept(rows: ReadonlyMap<string, AlertRow>): readonly AlertRow[] {
  const history = [...rows.values()].filter(({ kind }) => kind === 'history')
  const dropped = new Set(history.toSorted((a, b) => b.version - a.version).slice(KEPT_HISTORY))
  return [...rows.values()].filter((row) => !dropped.has(row))
}

/** Writes a file of the rows beside the old one, and puts it in its place. Resolves to the new file, open for appending. */
async function rewrite(path: string, rows: ReadonlyMap<string, AlertRow>): Promise<FileHandle> {
  const beside = `${path}.new`
  const file = await open(beside, 'w', 0o600)
  try {
    await file.writeFile(
      kept(rows)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    )
    await file.datasync()
    await rename(beside, path)
  } catch (error) {
    await file.close()
    throw error
  }
  await file.close()
  return await open(path, 'a', 0o600)
}
