import type { Catalog } from '../catalog/catalog.ts'
import type { Clock } from '../clock.ts'
import type { Faults } from '../fault.ts'
import type { ErrorLogs } from '../load/error-log.ts'
import type { Options } from '../options.ts'
import type { RequestLog } from '../request-log.ts'
import type { Transactions } from '../txn/transactions.ts'

/** What the HTTP listeners share. */
export interface HttpContext {
  readonly options: Options
  readonly catalog: Catalog
  readonly transactions: Transactions
  readonly errorLogs: ErrorLogs
  readonly faults: Faults
  readonly clock: Clock
  readonly log: RequestLog
  /** `host:port` of the BE, for Location and ErrorURL; known once it listens. */
  readonly beAddress: () => string
}
