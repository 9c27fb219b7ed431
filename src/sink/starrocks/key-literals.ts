import type { LoadFormat } from '../../core/row-encoder.ts'
import { CSV_SEPARATOR } from './encode/csv-encoder.ts'
import type { EncoderPlan } from './encode/encoder-plan.ts'
import { jsonValueEnd } from './encode/json-scan.ts'
import { quoteString } from './sql-text.ts'
import type { ColumnCodec } from './type-rules/column-codec.ts'

const COLON = 0x3a

function literal(codec: ColumnCodec, text: string): string {
  if (codec.literal === 'number') return text
  if (codec.literal === 'boolean') return text === '1' ? 'TRUE' : 'FALSE'
  return quoteString(text)
}

function csvTexts(key: Buffer, count: number): string[] {
  const texts: string[] = []
  let start = 0
  for (let field = 0; field < count; field++) {
    const end = key.indexOf(CSV_SEPARATOR, start)
    texts.push(key.toString('utf8', start, end))
    start = end + 1
  }
  return texts
}

function jsonTexts(key: Buffer, count: number): string[] {
  const texts: string[] = []
  let at = 1
  for (let field = 0; field < count; field++) {
    const start = key.indexOf(COLON, jsonValueEnd(key, at)) + 1
    const end = jsonValueEnd(key, start)
    const value = key.toString('utf8', start, end)
    texts.push(value.startsWith('"') ? String(JSON.parse(value)) : value)
    at = end + 1
  }
  return texts
}

/** SQL literals of an encoded key, one per key column in target order. */
export function keyLiterals(plan: EncoderPlan, key: Buffer, format: LoadFormat): readonly string[] {
  const texts = format === 'csv' ? csvTexts(key, plan.keyCount) : jsonTexts(key, plan.keyCount)
  return plan.columns.slice(0, plan.keyCount).map((column, field) => literal(column.codec, texts[field] ?? ''))
}
