import type { Accounts } from '../access/accounts.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { Clock } from '../clock.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Options } from '../options.ts'
import type { Duck } from '../storage/duck.ts'
import type { TableLocks } from '../txn/table-locks.ts'
import type { Transactions } from '../txn/transactions.ts'
import type { AlterJobs } from './alter-jobs.ts'
import type { Sessions } from './sessions.ts'
import type { SystemVariables } from './system-variables.ts'

/** What statements work with. */
export interface SqlContext {
  readonly options: Options
  readonly accounts: Accounts
  readonly catalog: Catalog
  readonly duck: Duck
  readonly locks: TableLocks
  readonly transactions: Transactions
  readonly alterJobs: AlterJobs
  readonly system: SystemVariables
  readonly sessions: Sessions
  readonly clock: Clock
  /** The nodes, for SHOW FRONTENDS and BACKENDS. */
  readonly cluster: Cluster
}
