import { analyzingError, messageOf, StandInError, syntaxError } from '../stand-in-error.ts'
import type { Token } from './token.ts'

/** DuckDB's words, and what StarRocks says in the same case; `$1` is the name. */
const wordings: readonly (readonly [pattern: RegExp, says: string])[] = [
  [/Referenced column "([^"]+)" (?:not found|was not found)/, "Column '$1' cannot be resolved"],
  [/Column "([^"]+)" referenced that exists in the SELECT clause/, "Column '$1' cannot be resolved"],
  [/Table "([^"]+)" does not have a column named "([^"]+)"/, "Column '`$1`.`$2`' cannot be resolved"],
  [/Values list "([^"]+)" does not have a column named "([^"]+)"/, "Column '`$1`.`$2`' cannot be resolved"],
  [/Referenced table "([^"]+)" not found/, "Unknown table '$1'"],
  [/Ambiguous reference to column name "([^"]+)"/, "Column '$1' is ambiguous"],
  [
    /column "?([^" ]+)"? must appear in the GROUP BY clause/,
    "'$1' must be an aggregate expression or appear in GROUP BY clause",
  ],
  [/Duplicate alias "([^"]+)"/, "Not unique table/alias: '$1'"],
]

/** An error that DuckDB found in a client's statement, as StarRocks would word it (reference/starrocks.md 6). */
export function duckRefusal(error: unknown, tokens: readonly Token[]): StandInError {
  if (error instanceof StandInError) return error
  const message = messageOf(error)
  const near = /syntax error at (?:or near "([^]*?)"\n|end of input)/.exec(message)
  if (near !== null) {
    const found = near[1]?.replaceAll('"', '')
    const token = tokens.find(({ text }) => text === found)
    const last = tokens.at(-1)
    return syntaxError(found ?? '<EOF>', token ?? last ?? { line: 1, column: 0 }, ['<EOF>', "';'"])
  }
  for (const [pattern, says] of wordings) {
    const match = pattern.exec(message)
    if (match !== null)
      return analyzingError(says.replaceAll(/\$(\d)/g, (_whole, at: string) => match[Number(at)] ?? ''))
  }
  const [first = ''] = message.split('\n')
  return analyzingError(
    first.replace(/^(?:\w+ )?(?:Binder|Catalog|Parser|Conversion|Invalid Input|Out of Range)? ?Error: /, ''),
  )
}
