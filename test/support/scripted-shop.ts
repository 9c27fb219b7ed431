import type { TableId } from '../../src/core/table-id.ts'
import type { Change, Row } from './scripted-log.ts'

/** Turns free choices into changes that the source could have made. */
export class ScriptedShop {
  readonly #rows = new Map<TableId, Map<string, Row>>()
  #counter = 0

  change(
    table: TableId,
    choice: { kind: string; key: number; to: number; keep: boolean; odd: boolean },
  ): Change | null {
    const rows = this.#rows.get(table) ?? new Map<string, Row>()
    this.#rows.set(table, rows)
    const id = String(choice.key)
    const to = String(choice.to)
    const text = `${choice.odd ? '\u0001' : ''}v${this.#counter++}`
    const before = rows.get(id)
    if (choice.kind === 'truncate') {
      rows.clear()
      return { kind: 'truncate', table }
    }
    if (choice.kind === 'delete') return rows.delete(id) ? { kind: 'delete', table, id } : null
    if (!before) {
      const row: Row = [id, text, `toast ${text}`]
      rows.set(id, row)
      return { kind: 'insert', table, row }
    }
    const target = choice.kind === 'move' && !rows.has(to) ? to : id
    const row: Row = [target, text, choice.keep ? before[2] : `toast ${text}`]
    rows.delete(id)
    rows.set(target, row)
    return { kind: 'update', table, from: id, row, keep: choice.keep }
  }
}
