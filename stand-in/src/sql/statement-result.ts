import type { Token } from './token.ts'

/** A column of a result that the stand-in makes itself: text, or a number where clients convert by type. */
interface ResultColumn {
  readonly name: string
  readonly kind: 'text' | 'bigint'
}

/** A query for DuckDB, whose rows are streamed. */
export interface QueryResult {
  readonly tag: 'query'
  readonly sql: string
  /** The client's statement, for errors. */
  readonly tokens: readonly Token[]
  /** DuckDB's 128-bit integers are StarRocks' BIGINT: nothing in the query is LARGEINT. */
  readonly hugeIsBigint: boolean
  /** It answers few rows, which may be held at once. */
  readonly isShort: boolean
  /** `sleep(n)` in it. */
  readonly sleepMs: number
}

/** What a statement answers. */
export type StatementResult =
  | { readonly tag: 'ok'; readonly affectedRows: number; readonly info: string }
  | {
      readonly tag: 'rows'
      readonly columns: readonly ResultColumn[]
      readonly rows: readonly (readonly (string | null)[])[]
    }
  | QueryResult

/** A statement that changed something and returns no rows. */
export const ok = (affectedRows = 0, info = ''): StatementResult => ({ tag: 'ok', affectedRows, info })

/** A result of text columns. */
export function textRows(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): StatementResult {
  return { tag: 'rows', columns: columns.map((name) => ({ name, kind: 'text' })), rows }
}
