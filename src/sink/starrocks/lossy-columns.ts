import type { CompiledTable } from './compiled-table.ts'
import { isRuleName, ruleOf } from './type-rules/rule-catalogue.ts'

/** A column whose rule does not carry everything, or refuses some values. */
export interface LossyColumn {
  readonly column: string
  readonly rule: string
  readonly targetType: string
  /** What does not survive; null when the rule only refuses values. */
  readonly loses: string | null
  /** Values of the source type that make a row bad; null when there are none. */
  readonly refuses: string | null
}

/** Columns to speak of before a table is copied: what their rules lose, and which values they refuse. */
export function lossyColumns(compiled: Pick<CompiledTable, 'columns'>): readonly LossyColumn[] {
  return compiled.columns.flatMap((column) => {
    if (!isRuleName(column.rule)) return []
    const { loses, refuses } = ruleOf(column.rule)
    if (loses === null && refuses === null) return []
    return [{ column: column.name, rule: column.rule, targetType: column.type, loses, refuses }]
  })
}
