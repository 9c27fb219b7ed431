/** What differs between the StarRocks versions that the stand-in can play (reference/starrocks.md 2, 2.1, 4, 5, 6). */
export interface ServerVersion {
  /** As given, e.g. `4.0.2`. */
  readonly text: string
  /** What `current_version()` answers: version and a build's short hash. */
  readonly current: string
  /** What the MySQL handshake and `version()` say. */
  readonly mysqlVersion: string
  readonly multiTableTransactions: boolean
  readonly preparedTimeoutHeader: boolean
  readonly maxDecimalPrecision: 38 | 76
  readonly maxVarcharBytes: number
  readonly maxRunningTxnsPerDb: number
  readonly fastSchemaEvolutionDefault: boolean
  readonly preparedStatements: boolean
  readonly sqlTransactions: boolean
  readonly renameColumn: boolean
}

/**
 * Reads `major.minor[.patch]`.
 * @throws {Error} when the text is no version.
 */
export function serverVersion(text: string): ServerVersion {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?$/.exec(text)
  if (match === null) throw new Error(`--version: "${text}" is not major.minor[.patch]`)
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  const atLeast = (a: number, b: number, c = 0): boolean =>
    major !== a ? major > a : minor !== b ? minor > b : patch >= c
  return {
    text,
    current: `${major}.${minor}.${patch}-57a4d1f`,
    mysqlVersion: atLeast(3, 3) ? '8.0.33' : '5.1.0',
    multiTableTransactions: atLeast(4, 0),
    preparedTimeoutHeader: atLeast(3, 5, 4),
    maxDecimalPrecision: atLeast(4, 0) ? 76 : 38,
    maxVarcharBytes: atLeast(4, 2) ? 2147482624 : 1048576,
    maxRunningTxnsPerDb: atLeast(3, 1) ? 1000 : 100,
    fastSchemaEvolutionDefault: atLeast(3, 3),
    preparedStatements: atLeast(3, 2),
    sqlTransactions: atLeast(3, 5),
    renameColumn: atLeast(3, 3, 2),
  }
}
