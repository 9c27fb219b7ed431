/**
 * What differs between the StarRocks versions that the stand-in can play. One row a feature: since when it is there, and
 * where that is known from (sections of reference/starrocks.md). `[?]` rows are assumptions: the sources name no release.
 */
const features = {
  /** 1.2: `compression` of JSON bodies. */
  jsonCompression: '3.2.7',
  /** 3: `merge_condition` together with `partial_update`. */
  conditionalPartialUpdate: '3.1.3',
  /** 2: `prepared_timeout` of a prepare. */
  preparedTimeoutHeader: '3.5.4',
  /** 2.1: `transaction_type: multi`. */
  multiTableTransactions: '4.0.0',
  /** 2.3: `enable_merge_commit`. */
  mergeCommit: '3.4.0',
  /** 5: the table property `fast_schema_evolution`. */
  fastSchemaEvolution: '3.2.0',
  /** 5: it is the default. */
  fastSchemaEvolutionDefault: '3.3.0',
  /** 5: `RENAME COLUMN`. */
  renameColumn: '3.3.2',
  /** 6: prepared SELECTs. */
  preparedStatements: '3.2.0',
  /** 6: BEGIN, COMMIT, ROLLBACK with INSERT. */
  sqlTransactions: '3.5.0',
  /** 6: UPDATE and DELETE inside a transaction. */
  sqlTransactionUpdates: '4.0.0',
  /** 6: an INSERT of some columns of a primary key table leaves the others as they are (`enable_insert_partial_update`). */
  insertPartialUpdate: '4.0.2',
  /** 6: numbers of its own for unknown databases and tables, 5501 and 5502; before MySQL's 1049 and 1051. [?] the release. */
  ownErrorNumbers: '3.3.0',
  /** 1.2: `envelope: debezium`; an older server does not know the header. [?] the release. */
  debeziumEnvelope: '4.2.0',
  /** 4: DECIMAL up to 76 digits. */
  decimal256: '4.0.0',
  /** 4: VARCHAR longer than 1 MiB. */
  longVarchar: '4.2.0',
  /** 7: 1000 running transactions for each database, 100 before. */
  thousandRunningTxns: '3.1.0',
  /** 6: the handshake says 8.0.33, 5.1.0 before. [?] the release of the change. */
  mysql8Handshake: '3.3.0',
} as const

/** Patches of older releases that brought the feature too (page System variables). */
const insertPartialUpdatePatches = ['3.3.20', '3.4.9', '3.5.8']

/** Whether a version is one of these or a later patch of the same release. */
const patchedIn = (text: string, patches: readonly string[]): boolean =>
  patches.some((patch) => text.startsWith(patch.replace(/\d+$/, '')) && compareVersions(text, patch) >= 0)

/** A feature by name. */
type Feature = keyof typeof features

/** The releases that tests are run with, each with the patch that its bare number means. */
const releases: Readonly<Record<string, string>> = {
  '3.1': '3.1.17',
  '3.3': '3.3.20',
  '3.5': '3.5.9',
  '4.0': '4.0.2',
  '4.1': '4.1.0',
}

/** A StarRocks version: which features it has, and what follows from them. */
export interface ServerVersion extends Readonly<Record<Feature, boolean>> {
  /** `major.minor.patch`. */
  readonly text: string
  /** What `current_version()` answers: version and a build's short hash. */
  readonly current: string
  /** What the MySQL handshake and `version()` say. */
  readonly mysqlVersion: string
  readonly maxDecimalPrecision: 38 | 76
  readonly maxVarcharBytes: number
  readonly maxRunningTxnsPerDb: number
}

/**
 * Reads `major.minor[.patch]`; `4.0` alone is the patch that `releases` names, else patch 0.
 * @throws {Error} when the text is no version.
 */
export function serverVersion(given: string): ServerVersion {
  const text = releases[given] ?? (/^\d+\.\d+$/.test(given) ? `${given}.0` : given)
  if (!/^\d+\.\d+\.\d+$/.test(text)) throw new Error(`--version: "${given}" is not major.minor[.patch]`)
  const has = (feature: Feature): boolean => compareVersions(text, features[feature]) >= 0
  return {
    jsonCompression: has('jsonCompression'),
    conditionalPartialUpdate: has('conditionalPartialUpdate'),
    preparedTimeoutHeader: has('preparedTimeoutHeader'),
    multiTableTransactions: has('multiTableTransactions'),
    mergeCommit: has('mergeCommit'),
    fastSchemaEvolution: has('fastSchemaEvolution'),
    fastSchemaEvolutionDefault: has('fastSchemaEvolutionDefault'),
    renameColumn: has('renameColumn'),
    preparedStatements: has('preparedStatements'),
    sqlTransactions: has('sqlTransactions'),
    sqlTransactionUpdates: has('sqlTransactionUpdates'),
    insertPartialUpdate: has('insertPartialUpdate') || patchedIn(text, insertPartialUpdatePatches),
    ownErrorNumbers: has('ownErrorNumbers'),
    debeziumEnvelope: has('debeziumEnvelope'),
    decimal256: has('decimal256'),
    longVarchar: has('longVarchar'),
    thousandRunningTxns: has('thousandRunningTxns'),
    mysql8Handshake: has('mysql8Handshake'),
    text,
    current: `${text}-57a4d1f`,
    mysqlVersion: has('mysql8Handshake') ? '8.0.33' : '5.1.0',
    maxDecimalPrecision: has('decimal256') ? 76 : 38,
    maxVarcharBytes: has('longVarchar') ? 2147482624 : 1048576,
    maxRunningTxnsPerDb: has('thousandRunningTxns') ? 1000 : 100,
  }
}

/** Negative, zero or positive as `left` is older than, equal to or newer than `right`. */
function compareVersions(left: string, right: string): number {
  const rights = right.split('.').map(Number)
  for (const [index, part] of left.split('.').map(Number).entries()) {
    const difference = part - (rights[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
