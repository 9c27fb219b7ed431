import type { Accounts } from '../access/accounts.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { Clock } from '../clock.ts'
import type { BackEnd, Cluster, FrontEnd } from '../cluster/cluster.ts'
import type { Faults } from '../fault.ts'
import type { ErrorLogs } from '../load/error-log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Options } from '../options.ts'
import type { RequestLog } from '../request-log.ts'
import type { TabletVersions } from '../storage/tablet-versions.ts'
import type { Transactions } from '../txn/transactions.ts'
import type { MergeCommits } from './merge-commits.ts'

/** What the HTTP listeners share. */
export interface HttpContext {
  readonly options: Options
  readonly accounts: Accounts
  readonly catalog: Catalog
  readonly transactions: Transactions
  readonly errorLogs: ErrorLogs
  readonly cluster: Cluster
  readonly versions: TabletVersions
  readonly mergeCommits: MergeCommits
  readonly metrics: Metrics
  readonly faults: Faults
  readonly clock: Clock
  readonly log: RequestLog
}

/** What the listener of one FE works with. */
export interface FeContext extends HttpContext {
  readonly frontEnd: FrontEnd
}

/** What the listener of one BE works with. */
export interface BeContext extends HttpContext {
  readonly backEnd: BackEnd
}
