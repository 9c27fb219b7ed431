/**
 * Every behaviour that reference/starrocks.md marks [?] or leaves open, and that the stand-in had to decide.
 * Each is used by name where it matters, so that a better fact changes one line, or names what the stand-in never does.
 */
export const assumptions = {
  /** 1.3: rows with `__op` = delete count as loaded rows. */
  deletesCountAsLoaded: true,
  /** 1.5: PostgreSQL's `t` and `f` are no booleans. */
  tAndFAreBooleans: false,
  /** 1.5: the last row of a transaction load without its delimiter is filtered ("txn loads need it"). */
  unterminatedLastRowIsFilteredInTxn: true,
  /** 1.5 against the docs: CSV text for VARBINARY is base64 if it parses as such, else the raw bytes. */
  varbinaryTextIsBase64ElseRaw: true,
  /** 1.8: a chunked body that grows above streaming_load_max_mb loses its connection, without an answer. */
  longChunkedBodyIsCut: true,
  /** 4: NaN and Infinity are refused as values of FLOAT and DOUBLE. */
  nanAndInfinityAreBadValues: true,
  /** 4: digits past a DECIMAL's scale are rounded half away from zero. */
  decimalsAreRounded: true,
  /** 4: STRING is VARCHAR(65533). */
  stringMaxBytes: 65533,
  /** 2: a single-table commit without prepare is accepted. */
  commitWithoutPrepare: true,
  /** 2.1: StreamLoadMgr.java as read puts neither Label nor TxnId into the answers to a multi-table begin and commit. */
  multiTableBeginNamesTxnId: false,
  /** 3: NULL bytes in VARCHAR are kept as they are. */
  nulInVarcharIsKept: true,
  /** 3: what a load with both headers is answered before 3.1.3. */
  conditionalPartialUpdateText: 'Conditional update does not support partial update',
  /** 6.1: what a load on a full disk is answered. */
  diskFullText: 'No space left on device',
  /** 6: a follower shows DDL of the leader at once; StarRocks may lag a little. */
  followersLag: false,
  /** 6: the cluster is shared-nothing, so COLUMN_KEY is PRI for primary keys in 3.1 too, and loads go to BEs in turn. */
  isSharedData: false,
  /** 6: the privilege that a load needs, whatever its rows do to the table. */
  loadPrivilege: 'INSERT',
  /** 6: what DDL, INSERT OVERWRITE and, before 4.0, UPDATE and DELETE get inside a transaction. */
  notInTransactionText:
    'Explicit transaction only support begin/commit/rollback/insert/update/delete/select statements',
  /** 6: an INSERT, UPDATE or DELETE of no rows answers OK without a label: its transaction is aborted. */
  writeOfNothingHasNoLabel: true,
} as const
