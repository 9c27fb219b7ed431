import type { ByteBuffer } from '../../core/byte-buffer.ts'
import { BAD_ROW } from '../../core/row-encoder.ts'
import { KIND_TEXT, RowView } from '../../core/row-view.ts'
import type { EncoderPlan } from './encode/encoder-plan.ts'
import { canonicalJson } from './canonical-json.ts'
import { AS_NULL, FIELD_SLACK_BYTES, WRITTEN, type FieldWriter } from './encode/field-writer.ts'
import type { CanonicalForm } from './type-rules/column-codec.ts'

const NULL_MARK = 0
const VALUE_MARK = 1
const LENGTH_BYTES = 4
const HEADER_BYTES = 1 + LENGTH_BYTES
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30

/**
 * Rows of both sides in one form, so that equality is decided by bytes: per column, in target order, 0 for NULL, else 1,
 * the length (32 bits, little endian) and the value's canonical text.
 */
export interface CanonicalRow {
  /** Appends a source row. Answers {@link BAD_ROW}, with nothing appended, when the encoders would refuse it. */
  appendSource(row: RowView, out: ByteBuffer): number
  /** Appends a target row: per column what its `readBackExpression` gave by the MySQL text protocol. */
  appendTarget(values: readonly (Buffer | null)[], out: ByteBuffer): void
  /** Bytes of the key's columns, the first of a canonical row. */
  keyBytes(row: Buffer): number
  /** Names of the target columns in which two canonical rows differ. */
  differences(left: Buffer, right: Buffer): readonly string[]
}

// DECIMAL has as many digits as it declares, numeric has those that were written.
function trimDecimal(out: ByteBuffer, start: number): void {
  const { bytes } = out
  const dot = bytes.subarray(start, out.length).indexOf(DOT)
  if (dot !== -1) {
    while (bytes[out.length - 1] === ZERO) out.length--
    if (bytes[out.length - 1] === DOT) out.length--
  }
  if (out.length - start === 2 && bytes[start] === MINUS && bytes[start + 1] === ZERO) {
    bytes[start] = ZERO
    out.length--
  }
}

function floatText(text: string, single: boolean): string {
  const value = single ? Math.fround(Number(text)) : Number(text)
  return value === 0 ? '0' : String(value)
}

const REWRITES: Readonly<Record<Exclude<CanonicalForm, 'exact' | 'decimal'>, (text: string) => string>> = {
  float4: (text) => floatText(text, true),
  float8: (text) => floatText(text, false),
  json: canonicalJson,
}

/** Brings the text at `out[start, length)` into its canonical form. */
function canonicalize(form: CanonicalForm, out: ByteBuffer, start: number): void {
  if (form === 'exact') return
  if (form === 'decimal') {
    trimDecimal(out, start)
    return
  }
  const text = REWRITES[form](out.bytes.toString('utf8', start, out.length))
  out.length = start
  out.reserve(text.length * 3)
  out.length += out.bytes.write(text, start)
}

interface Field {
  readonly write: FieldWriter
  readonly form: CanonicalForm
}

function appendNull(out: ByteBuffer): void {
  out.reserve(1)
  out.bytes[out.length++] = NULL_MARK
}

/** Appends one value; answers as its writer does, with nothing appended unless WRITTEN. */
function appendValue({ write, form }: Field, row: RowView, column: number, out: ByteBuffer): number {
  const start = out.length
  out.reserve((row.lengths[column] ?? 0) + FIELD_SLACK_BYTES + HEADER_BYTES)
  out.bytes[start] = VALUE_MARK
  out.length = start + HEADER_BYTES
  const code = write(row, column, out)
  if (code !== WRITTEN) {
    out.length = start
    return code
  }
  canonicalize(form, out, start + HEADER_BYTES)
  out.bytes.writeUInt32LE(out.length - start - HEADER_BYTES, start + 1)
  return WRITTEN
}

const fieldEnd = (row: Buffer, start: number): number =>
  row[start] === NULL_MARK ? start + 1 : start + HEADER_BYTES + row.readUInt32LE(start + 1)

/** The canonical form of the rows of one compiled table. */
export function canonicalRow(plan: EncoderPlan): CanonicalRow {
  const fields = plan.columns.map(({ source, codec }) => ({
    source,
    fromSource: { write: codec.encode.raw, form: codec.canonical },
    fromTarget: { write: codec.readBack.raw, form: codec.canonical },
  }))
  const view = new RowView(1)
  view.kinds[0] = KIND_TEXT
  return {
    appendSource(row, out) {
      const start = out.length
      for (const { source, fromSource } of fields) {
        const code = row.kinds[source] === KIND_TEXT ? appendValue(fromSource, row, source, out) : AS_NULL
        if (code === AS_NULL) appendNull(out)
        else if (code !== WRITTEN) {
          out.length = start
          return BAD_ROW
        }
      }
      return WRITTEN
    },
    appendTarget(values, out) {
      for (const [position, { fromTarget }] of fields.entries()) {
        const value = values[position] ?? null
        view.buffer = value ?? view.buffer
        view.lengths[0] = value?.length ?? 0
        if (value === null || appendValue(fromTarget, view, 0, out) !== WRITTEN) appendNull(out)
      }
    },
    keyBytes(row) {
      let end = 0
      for (let field = 0; field < plan.keyCount; field++) end = fieldEnd(row, end)
      return end
    },
    differences(left, right) {
      let [leftAt, rightAt] = [0, 0]
      return plan.columns.flatMap(({ name }) => {
        const [leftEnd, rightEnd] = [fieldEnd(left, leftAt), fieldEnd(right, rightAt)]
        const equal = left.subarray(leftAt, leftEnd).equals(right.subarray(rightAt, rightEnd))
        leftAt = leftEnd
        rightAt = rightEnd
        return equal ? [] : [name]
      })
    },
  }
}
