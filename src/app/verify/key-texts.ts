import { quoteString } from '../../sink/starrocks/sql-text.ts'
import type { EncoderPlan, PlannedColumn } from '../../sink/starrocks/encode/encoder-plan.ts'
import { fieldTexts } from './canonical-fields.ts'

/** Rules whose texts the source does not read: JSON made of arrays and the like. */
const UNREADABLE_BY_SOURCE: ReadonlySet<string> = new Set(['array_text', 'hstore_text'])

const keyColumns = (plan: EncoderPlan): readonly PlannedColumn[] => plan.columns.slice(0, plan.keyCount)

/** Whether the source can look up rows by the canonical texts of their keys. */
export function canAskSourceByKey(plan: EncoderPlan): boolean {
  return keyColumns(plan).every(({ codec }) => !UNREADABLE_BY_SOURCE.has(codec.rule))
}

/** A canonical key as the texts that the source reads, in the key's order. */
export function sourceKeyTexts(plan: EncoderPlan, key: Buffer): readonly string[] {
  const texts = fieldTexts(key)
  return keyColumns(plan).map(({ codec }, index) => {
    const text = texts[index] ?? ''
    return codec.rule === 'binary_hex' ? `\\x${text}` : text
  })
}

/** A canonical key as SQL literals of the target, in the key's order. */
export function targetKeyLiterals(plan: EncoderPlan, key: Buffer): readonly string[] {
  const texts = fieldTexts(key)
  return keyColumns(plan).map(({ codec }, index) => {
    const text = texts[index] ?? ''
    if (codec.literal === 'number') return text
    if (codec.literal === 'boolean') return text === '1' ? 'TRUE' : 'FALSE'
    return quoteString(text)
  })
}
