/** A column of a result that the stand-in makes itself: text, or a number where clients convert by type. */
interface ResultColumn {
  readonly name: string
  readonly kind: 'text' | 'bigint'
}

/** What a statement answers. */
export type StatementResult =
  | { readonly tag: 'ok'; readonly affectedRows: number; readonly info: string }
  | {
      readonly tag: 'rows'
      readonly columns: readonly ResultColumn[]
      readonly rows: readonly (readonly (string | null)[])[]
    }
  /** A query for DuckDB, whose rows are streamed. */
  | { readonly tag: 'query'; readonly sql: string }

/** A statement that changed something and returns no rows. */
export const ok = (affectedRows = 0, info = ''): StatementResult => ({ tag: 'ok', affectedRows, info })

/** A result of text columns. */
export function textRows(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): StatementResult {
  return { tag: 'rows', columns: columns.map((name) => ({ name, kind: 'text' })), rows }
}
