/** A StarRocks front end as the MySQL protocol reaches it. */
export interface MysqlAddress {
  readonly host: string
  readonly port: number
}

/** Where the target is and how to reach it. */
export interface StarRocksTarget {
  /** Front ends over HTTP, such as `http://fe:8030`. */
  readonly feHttp: readonly string[]
  /** Front ends over the MySQL protocol. */
  readonly feMysql: readonly MysqlAddress[]
  readonly user: string
  readonly password: string
  /** The database of the `_sync_*` tables, and of the target tables as long as routes name no other. */
  readonly database: string
  /** Further databases that routes lead to. With any, no transaction can span the tables of a batch. */
  readonly otherDatabases: readonly string[]
  /** Back ends behind NAT: `be1:8040` or `be1` -> the address that is reachable from here. */
  readonly beHostMap: Readonly<Record<string, string>>
  /** Properties of CREATE TABLE, such as `replication_num`; for the `_sync_*` tables too. */
  readonly properties: Readonly<Record<string, string>>
  /** TLS to https addresses: certificate authorities in PEM, and whether an unproved certificate is taken. */
  readonly tls?: { readonly ca?: string | undefined; readonly rejectUnauthorized: boolean } | undefined
}

/** How long the sink waits for the target, in milliseconds. */
export interface SinkTimeouts {
  /** For a connection and for the word that a body may be sent. */
  readonly connectMs: number
  /** For the answer to a call without a body, and for the answer after a body's last byte. */
  readonly replyMs: number
  /** For the answer to a prepare, which writes out what was sent. */
  readonly prepareMs: number
  /** For a SQL statement. */
  readonly queryMs: number
  /** For the end of a transaction that is in doubt, before the doubt is handed to the caller. */
  readonly doubtMs: number
  /** How long the checkpoint row may lag behind a commit before that counts as lost: a follower front end answers late. */
  readonly rowLagMs: number
  /** Between two questions about the same thing, at first; it grows up to ten times. */
  readonly pollMs: number
}

/** What fits a target in the same data centre. */
export const DEFAULT_TIMEOUTS: SinkTimeouts = {
  connectMs: 10_000,
  replyMs: 60_000,
  prepareMs: 300_000,
  queryMs: 60_000,
  doubtMs: 60_000,
  rowLagMs: 20_000,
  pollMs: 20,
}
