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
  const values = (difference.values ?? []).map(({ source, target }, index) => {
    return `    ${difference.columns[index]}: ${shortened(source)} in the source, ${shortened(target)} in the target\n`
  })
  return `  ${table.table} (${difference.key.join(', ')}): ${KINDS[difference.kind]}${columns}\n${values.join('')}`
}

const MOST_CHARACTERS = 80

function shortened(value: string | null): string {
  if (value === null) return 'NULL'
  const rest = value.length - MOST_CHARACTERS
  return rest <= 0
    ? JSON.stringify(value)
    : `${JSON.stringify(value.slice(0, MOST_CHARACTERS))} and ${rest} more characters`
}

function unsettledLine({ table, rowsUnsettled }: TableComparison): string {
  return rowsUnsettled === 0
    ? ''
    : `  ${table}: ${humanCount(rowsUnsettled)} rows cannot be judged: they are on their way\n`
}

function total(report: VerifyReport, field: 'rowsCompared' | 'rowsDifferent' | 'rowsUnsettled'): number {
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
    return [...lines, further > 0 ? `  ${table.table}: ${humanCount(further)} more\n` : '', unsettledLine(table)]
  })
  const left = report.notCompared.map(({ table, reason }) => `  ${table}: not compared: ${reason}\n`)
  const notes = [...differences, ...left].join('')
  return `${textTable(columns, rows)}${notes === '' ? '' : '\n'}${notes}\n${verdict(report)}`
}

function verdict(report: VerifyReport): string {
  const different = total(report, 'rowsDifferent')
  if (different > 0)
    return `${humanCount(different)} rows differ. Copy their tables again with: sync-app resync TABLE\n`
  const compared = `${humanCount(total(report, 'rowsCompared'))} rows compared`
  if (report.notCompared.length > 0) return `${compared}: equal, but not all tables could be compared.\n`
  if (total(report, 'rowsUnsettled') > 0) return `${compared}: no difference found; the rows above cannot be judged.\n`
  return `${compared}: both sides are equal.\n`
}

/** A comparison for programs. */
export function verifyJson(report: VerifyReport): string {
  const shown = {
    equal: isEqual(report),
    rows_compared: total(report, 'rowsCompared'),
    rows_different: total(report, 'rowsDifferent'),
    rows_unsettled: total(report, 'rowsUnsettled'),
    not_compared: report.notCompared,
    tables: report.tables.map((table) => ({
      table: table.table,
      verified_up_to: formatLsn(table.verifiedUpTo),
      rows_compared: table.rowsCompared,
      rows_different: table.rowsDifferent,
      rows_unsettled: table.rowsUnsettled,
      seconds: table.ms / 1000,
      differences: table.differences,
    })),
  }
  return `${JSON.stringify(shown, null, 2)}\n`
}

/** Whether no row differs, in any of the tables that were asked for. */
export function isEqual(report: VerifyReport): boolean {
  return total(report, 'rowsDifferent') === 0 && report.notCompared.length === 0
}
