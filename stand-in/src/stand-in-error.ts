/**
 * An error that a client sees. Almost all of StarRocks' are MySQL error 1064 and told apart by text
 * (reference/starrocks.md 6.1).
 */
export class StandInError extends Error {
  readonly errno: number
  readonly sqlState: string

  constructor(message: string, errno = 1064, sqlState = 'HY000') {
    super(message)
    this.name = 'StandInError'
    this.errno = errno
    this.sqlState = sqlState
  }
}

/** Where a piece of a statement begins: lines from 1, columns from 0, as StarRocks' parser counts. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A statement that StarRocks' parser refuses (6): `expected` are the inputs that it would have taken. */
export function syntaxError(found: string, at: Position, expected: readonly string[] = []): StandInError {
  const similar = expected.length === 0 ? '' : `, the most similar input is {${expected.join(', ')}}`
  return new StandInError(
    `Getting syntax error at line ${at.line}, column ${at.column}. Detail message: Unexpected input '${found}'${similar}.`,
  )
}

/** A statement that StarRocks' analyzer refuses: an unknown name, a wrong function, what a feature does not allow. */
export const analyzingError = (detail: string, errno = 1064, sqlState = 'HY000'): StandInError =>
  new StandInError(`Getting analyzing error. Detail message: ${detail}.`, errno, sqlState)

/** What went wrong, as one line of text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
