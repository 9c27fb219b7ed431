/** A field begins with 0 for NULL; else with 1, then the length of its text in 32 bits, little end first. @see src/sink/starrocks/canonical-row.ts */
const NULL_MARK = 0
const HEADER_BYTES = 5

/** Where the field that begins at `start` ends. */
export function fieldEnd(row: Buffer, start: number): number {
  return row[start] === NULL_MARK ? start + 1 : start + HEADER_BYTES + row.readUInt32LE(start + 1)
}

/** The texts of a canonical row or of its key, null for NULL. */
export function fieldTexts(row: Buffer): readonly (string | null)[] {
  const texts: (string | null)[] = []
  for (let at = 0; at < row.length;) {
    const end = fieldEnd(row, at)
    texts.push(row[at] === NULL_MARK ? null : row.toString('utf8', at + HEADER_BYTES, end))
    at = end
  }
  return texts
}
