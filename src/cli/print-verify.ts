import { formatLsn } from '../core/lsn.ts'
import type { RowDifference, TableComparison, VerifyReport } from '../core/verify-report.ts'
import { humanCount, humanDuration } from './human-units.ts'
import { paint } from './paint.ts'
import { textTable } from './text-table.ts'

const KINDS: Readonly<Record<RowDifference['kind'], string>> = {
  missing: 'missing in the target',
  surplus: 'only in the target',
  different: 'differs',
}

function differenceLine(table: TableComparison, difference: RowDifference): string {
  const columns = difference.columns.length === 0 ? '' : ` in ${difference.columns.join(', ')}`
  return `  ${table.table} (${difference.key.join(', ')}): ${KINDS[difference.kind]}${columns}\n`
}

function total(report: VerifyReport, field: 'rowsCompared' | 'rowsDifferent'): number {
  return report.tables.reduce((sum, table) => sum + table[field], 0)
}

/** A comparison for people: one line a table, then the rows that differ, then the verdict. */
export function verifyText(report: VerifyReport, colour: boolean): string {
  const columns = [
    { title: 'TABLE', align: 'left' },
    { title: 'ROWS', align: 'right' },
    { title: 'DIFFERENT', align: 'right' },
    { title: 'UP TO', align: 'left' },
    { title: 'TIME', align: 'right' },
  ] as const
  const rows = report.tables.map((table) => {
    const different = humanCount(table.rowsDifferent)
    return [
      table.table,
      humanCount(table.rowsCompared),
      paint(table.rowsDifferent > 0 ? 'red' : 'green', different, colour),
      formatLsn(table.verifiedUpTo),
      humanDuration(table.ms),
    ]
  })
  const differences = report.tables.flatMap((table) => {
    const lines = table.differences.map((difference) => differenceLine(table, difference))
    const further = table.rowsDifferent - table.differences.length
    return further > 0 ? [...lines, `  ${table.table}: ${humanCount(further)} more\n`] : lines
  })
  const different = total(report, 'rowsDifferent')
  const verdict =
    different === 0
      ? `${humanCount(total(report, 'rowsCompared'))} rows compared: both sides are equal.\n`
      : `${humanCount(different)} rows differ. Copy their tables again with: sync-app resync TABLE\n`
  return `${textTable(columns, rows)}${differences.length > 0 ? '\n' : ''}${differences.join('')}\n${verdict}`
}

/** A comparison for programs. */
export function verifyJson(report: VerifyReport): string {
  const shown = {
    equal: total(report, 'rowsDifferent') === 0,
    rows_compared: total(report, 'rowsCompared'),
    rows_different: total(report, 'rowsDifferent'),
    tables: report.tables.map((table) => ({
      table: table.table,
      verified_up_to: formatLsn(table.verifiedUpTo),
      rows_compared: table.rowsCompared,
      rows_different: table.rowsDifferent,
      seconds: table.ms / 1000,
      differences: table.differences,
    })),
  }
  return `${JSON.stringify(shown, null, 2)}\n`
}

/** Whether every compared row was equal. */
export function isEqual(report: VerifyReport): boolean {
  return total(report, 'rowsDifferent') === 0
}
