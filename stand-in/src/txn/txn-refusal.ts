/** The status words that a BE or FE answers to a transaction request (reference/starrocks.md 2). */
export type RefusalStatus =
  | 'FAILED'
  | 'INTERNAL_ERROR'
  | 'TXN_NOT_EXISTS'
  | 'TXN_IN_PROCESSING'
  | 'INVALID_ARGUMENT'
  | 'ABORTED'
  | 'LABEL_ALREADY_EXISTS'
  | 'PUBLISH_TIMEOUT'
  | 'MEM_LIMIT_EXCEEDED'
  | 'SERVICE_UNAVAILABLE'

/** A transaction request that is not granted, as the client is to read it. */
export class TxnRefusal extends Error {
  override name = 'TxnRefusal'
  readonly status: RefusalStatus
  /** Further members of the reply, such as `ExistingJobStatus`. */
  readonly entries: Readonly<Record<string, string | number>>

  constructor(status: RefusalStatus, message: string, entries: Readonly<Record<string, string | number>> = {}) {
    super(message)
    this.status = status
    this.entries = entries
  }
}
