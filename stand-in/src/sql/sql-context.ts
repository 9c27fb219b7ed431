import type { Catalog } from '../catalog/catalog.ts'
import type { Clock } from '../clock.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Options } from '../options.ts'
import type { Duck } from '../storage/duck.ts'
import type { TableLocks } from '../txn/table-locks.ts'
import type { Transactions } from '../txn/transactions.ts'
import type { AlterJobs } from './alter-jobs.ts'

/** What statements work with. */
export interface SqlContext {
  readonly options: Options
  readonly catalog: Catalog
  readonly duck: Duck
  readonly locks: TableLocks
  readonly transactions: Transactions
  readonly alterJobs: AlterJobs
  readonly clock: Clock
  /** The nodes, for SHOW FRONTENDS and BACKENDS. */
  readonly cluster: Cluster
}
