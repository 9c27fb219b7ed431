import { beginField, endField, endFieldAsNull } from '../../src/app/verify/canonical-row.ts'
import type { CanonicalRow, TableSide } from '../../src/app/verify/table-side.ts'
import { ByteBuffer } from '../../src/core/byte-buffer.ts'

/** A side of a table that is a map: key -> the other columns. */
export class MemorySide implements TableSide {
  readonly rows: Map<string, readonly (string | null)[]>
  /** How often all rows were read. */
  scans = 0
  /** Called before every fetch: the moment at which a test changes rows. */
  beforeFetch: () => void = () => undefined

  constructor(rows: Iterable<readonly [string, readonly (string | null)[]]>) {
    this.rows = new Map(rows)
  }

  async scan(onRow: (row: CanonicalRow) => void): Promise<void> {
    this.scans += 1
    for (const [key, values] of this.rows) onRow(canonicalRow(key, values))
  }

  async fetch(keys: readonly Buffer[], onRow: (row: CanonicalRow) => void): Promise<void> {
    this.beforeFetch()
    const wanted = new Set(keys.map((key) => key.toString('latin1')))
    for (const [key, values] of this.rows) {
      const row = canonicalRow(key, values)
      if (wanted.has(row.bytes.toString('latin1', row.start, row.keyEnd))) onRow(row)
    }
  }
}

function canonicalRow(key: string, values: readonly (string | null)[]): CanonicalRow {
  const out = new ByteBuffer(16)
  append(key, out)
  const keyEnd = out.length
  for (const value of values) append(value, out)
  return { bytes: out.bytes, start: 0, keyEnd, end: out.length }
}

function append(text: string | null, out: ByteBuffer): void {
  const start = beginField(out)
  const bytes = Buffer.from(text ?? '')
  out.append(bytes, 0, bytes.length)
  if (text === null) endFieldAsNull(out, start)
  else endField(out, start)
}
