import type { FieldWriter } from './field-writer.ts'
import { csvText, escaped, jsonText, quoted, rawText } from './text-fields.ts'

/** How a column's value is written: once per format, and bare for comparing. */
export interface Wire {
  readonly csv: FieldWriter
  readonly json: FieldWriter
  /** The field's text with nothing around it and nothing escaped. */
  readonly raw: FieldWriter
}

/** A number that JSON readers of the target take natively. */
export const bareWire = (write: FieldWriter): Wire => ({ csv: write, json: write, raw: write })

/** Text of digits and signs that the target reads as a string in JSON. @see reference/starrocks.md 1.6 */
export const quotedWire = (write: FieldWriter): Wire => ({ csv: write, json: quoted(write), raw: write })

/** Text that may hold anything. */
export const textWire = (limitBytes: number): Wire => ({
  csv: csvText(limitBytes),
  json: jsonText(limitBytes),
  raw: rawText(limitBytes),
})

/** JSON text made by `write`, for a VARCHAR: it holds no control character, so CSV always carries it. */
export const documentWire = (write: FieldWriter): Wire => ({ csv: write, json: escaped(write), raw: write })
