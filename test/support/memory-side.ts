import type { CanonicalRow, TableSide } from '../../src/app/verify/table-side.ts'

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
  const keyField = canonicalField(key)
  const bytes = Buffer.concat([keyField, ...values.map(canonicalField)])
  return { bytes, start: 0, keyEnd: keyField.length, end: bytes.length }
}

function canonicalField(text: string | null): Buffer {
  if (text === null) return Buffer.from([0])
  const bytes = Buffer.from(text)
  const header = Buffer.from([1, 0, 0, 0, 0])
  header.writeUInt32LE(bytes.length, 1)
  return Buffer.concat([header, bytes])
}
