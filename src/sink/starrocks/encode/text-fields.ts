import { ByteBuffer } from '../../../core/byte-buffer.ts'
import { NEEDS_JSON } from '../../../core/row-encoder.ts'
import { AS_NULL, TOO_LONG, WRITTEN, type FieldWriter } from './field-writer.ts'
import { appendJsonString } from './json-string.ts'
import { copyCsvText, copyWords } from './word-copy.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const LETTER_N = 0x4e
const SPACE = 0x20

/**
 * Any text as a CSV field. NEEDS_JSON for what CSV cannot carry: exactly `\N`, and the bytes 0x01 to 0x03 that separate
 * fields, end rows and stand for an unchanged value.
 */
export function csvText(limitBytes: number): FieldWriter {
  return (row, column, out) => {
    const from = row.buffer
    const start = row.starts[column] ?? 0
    const length = row.lengths[column] ?? 0
    if (length > limitBytes) return TOO_LONG
    if (length === 2 && from[start] === BACKSLASH && from[start + 1] === LETTER_N) return NEEDS_JSON
    return copyCsvText(from, start, start + length, out) ? WRITTEN : NEEDS_JSON
  }
}

/** Any text as a JSON string. */
export function jsonText(limitBytes: number): FieldWriter {
  return (row, column, out) => {
    const start = row.starts[column] ?? 0
    const length = row.lengths[column] ?? 0
    if (length > limitBytes) return TOO_LONG
    appendJsonString(row.buffer, start, start + length, out)
    return WRITTEN
  }
}

/** Any text as it is, for a form that needs neither separators nor quotes. */
export function rawText(limitBytes: number): FieldWriter {
  return (row, column, out) => {
    const start = row.starts[column] ?? 0
    const length = row.lengths[column] ?? 0
    if (length > limitBytes) return TOO_LONG
    copyWords(row.buffer, start, start + length, out)
    return WRITTEN
  }
}

/** What `write` writes, which holds nothing that JSON escapes, as a JSON string. */
export function quoted(write: FieldWriter): FieldWriter {
  return (row, column, out) => {
    out.bytes[out.length++] = QUOTE
    const code = write(row, column, out)
    out.bytes[out.length++] = QUOTE
    return code
  }
}

/** What `write` writes, as a JSON string with the escapes that it needs. */
export function escaped(write: FieldWriter): FieldWriter {
  const scratch = new ByteBuffer(1024)
  return (row, column, out) => {
    scratch.clear(1024 * 1024)
    scratch.reserve((row.lengths[column] ?? 0) + SPACE)
    const code = write(row, column, scratch)
    if (code === WRITTEN) appendJsonString(scratch.bytes, 0, scratch.length, out)
    return code
  }
}

/** JSON text into a JSON column: the document `null` becomes NULL, in every format alike. */
export function jsonDocument(write: FieldWriter): FieldWriter {
  return (row, column, out) => {
    const start = row.starts[column] ?? 0
    const isNull = row.lengths[column] === 4 && row.buffer.readUInt32BE(start) === 0x6e756c6c
    return isNull ? AS_NULL : write(row, column, out)
  }
}

/** JSON text embedded in a JSON line: line breaks, which can only stand between its tokens, become spaces. */
export function embeddedJson(write: FieldWriter): FieldWriter {
  return (row, column, out) => {
    const start = out.length
    const code = write(row, column, out)
    const bytes = out.bytes
    for (let i = start; i < out.length; i++) if ((bytes[i] ?? 0) < SPACE) bytes[i] = SPACE
    return code
  }
}
