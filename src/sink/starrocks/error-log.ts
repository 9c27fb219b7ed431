import type { LoadFormat } from '../../core/row-encoder.ts'

/** What the first line of an error log says. */
export interface LoggedRow {
  /** Without the value: it may be a secret. */
  readonly reason: string
  readonly rowKey?: string | undefined
}

/**
 * Reads the first entry of an error log, `Error: REASON. Row: ROW`; null when it has another form.
 * `keyColumns` are the names of the key columns, which stand first in a row. @see reference/starrocks.md 1.4
 */
export function readErrorLog(text: string, format: LoadFormat, keyColumns: readonly string[]): LoggedRow | null {
  const match = /^Error:\s*([\s\S]*?)\.?\s*Row:\s*([\s\S]*)$/m.exec(text)
  const [, reason, row] = match ?? []
  if (reason === undefined || row === undefined) return null
  return { reason: withoutValue(reason), rowKey: format === 'csv' ? csvKey(row, keyColumns) : jsonKey(row, keyColumns) }
}

/** Takes the rejected value out of a reason, and leaves its length and type. */
export function withoutValue(reason: string): string {
  return reason
    .replaceAll(/,?\s*Value: [\s\S]*$/g, '')
    .replaceAll(/(String|Value) '[\s\S]*?'(?= is)/g, 'a value')
    .trim()
}

function csvKey(row: string, keyColumns: readonly string[]): string | undefined {
  // oxlint-disable-next-line no-control-regex
  const fields = row.split(/[\u0001\u0002]/, keyColumns.length)
  return fields.length === keyColumns.length ? fields.join(', ') : undefined
}

function jsonKey(row: string, keyColumns: readonly string[]): string | undefined {
  const line = row.split('\n', 1)[0] ?? ''
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return undefined
    const fields = new Map<string, unknown>(Object.entries(value))
    return keyColumns.map((name) => String(fields.get(name))).join(', ')
  } catch {
    return undefined
  }
}
