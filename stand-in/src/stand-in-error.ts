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

/** A statement that StarRocks' parser would refuse (42000). */
export const syntaxError = (detail: string): StandInError =>
  new StandInError(`Getting syntax error ${detail}`, 1064, '42000')

/** What went wrong, as one line of text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
