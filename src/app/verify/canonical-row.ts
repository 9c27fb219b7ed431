import type { ByteBuffer } from '../../core/byte-buffer.ts'

const LENGTH_BYTES = 4
const NULL_LENGTH = 0xffff_ffff

/** Makes room for the length of a field that is appended next. Returns where the field begins. */
export function beginField(out: ByteBuffer): number {
  const start = out.length
  out.reserve(LENGTH_BYTES)
  out.length += LENGTH_BYTES
  return start
}

/** Ends the field that began at `start`: what was appended since is its text. */
export function endField(out: ByteBuffer, start: number): void {
  out.bytes.writeUInt32LE(out.length - start - LENGTH_BYTES, start)
}

/** Turns the field that began at `start` into NULL, whatever was appended since. */
export function endFieldAsNull(out: ByteBuffer, start: number): void {
  out.bytes.writeUInt32LE(NULL_LENGTH, start)
  out.length = start + LENGTH_BYTES
}

/**
 * The texts of a canonical row or key, null for NULL: each field is its length in bytes (32 bits, little end first, all
 * ones for NULL) and its UTF-8 text, so that two rows are equal exactly when their bytes are.
 */
export function fieldTexts(row: Buffer): readonly (string | null)[] {
  const texts: (string | null)[] = []
  for (let at = 0; at < row.length;) {
    const length = row.readUInt32LE(at)
    at += LENGTH_BYTES
    texts.push(length === NULL_LENGTH ? null : row.toString('utf8', at, at + length))
    if (length !== NULL_LENGTH) at += length
  }
  return texts
}
