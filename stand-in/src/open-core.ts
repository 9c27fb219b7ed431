import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Accounts } from './access/accounts.ts'
import { Catalog } from './catalog/catalog.ts'
import type { Clock } from './clock.ts'
import { ErrorLogs } from './load/error-log.ts'
import { Metrics } from './metrics/metrics.ts'
import type { Options } from './options.ts'
import { macrosSql } from './sql/functions.ts'
import { SystemVariables } from './sql/system-variables.ts'
import { Duck } from './storage/duck.ts'
import { TabletVersions } from './storage/tablet-versions.ts'
import { DataQuota } from './txn/data-quota.ts'
import { LabelTable } from './txn/label-table.ts'
import { Publisher } from './txn/publisher.ts'
import { TaskJournal } from './txn/task-journal.ts'
import { TableLocks } from './txn/table-locks.ts'
import type { Transaction } from './txn/transaction.ts'
import { Transactions } from './txn/transactions.ts'
import { TxnLimits } from './txn/txn-limits.ts'
import { forget, storedTransactions } from './txn/txn-store.ts'

/** Evicted transactions are removed from disk in batches; a restart evicts again what it finds too many. */
const forgetAtOnce = 200

/** What all listeners work on: the rows, the catalog, the transactions. */
export interface Core {
  readonly duck: Duck
  readonly accounts: Accounts
  readonly system: SystemVariables
  readonly catalog: Catalog
  readonly locks: TableLocks
  readonly labels: LabelTable
  readonly transactions: Transactions
  readonly errorLogs: ErrorLogs
  readonly versions: TabletVersions
  readonly metrics: Metrics
}

/**
 * What the process needs beside DuckDB: code and heap of Node, the bodies that are under way, the batches on their way
 * into DuckDB. Measured (bench/run.ts).
 */
const nodeBytes = 320 * 1024 ** 2
const leastDuckBytes = 128 * 1024 ** 2

/** Opens the data directory and takes up what it finds there. */
export async function openCore(options: Options, clock: Clock): Promise<Core> {
  mkdirSync(options.dataDir, { recursive: true })
  const duckBytes = Math.max(leastDuckBytes, options.memoryLimitBytes - nodeBytes)
  const duck = await Duck.open({
    path: join(options.dataDir, 'stand-in.duckdb'),
    memoryLimit: `${Math.floor(duckBytes / 1024 ** 2)}MiB`,
    tempDir: join(options.dataDir, 'tmp'),
    sessionSql: macrosSql,
  })
  const { settings } = options
  const catalog = await Catalog.open(duck, options.version.ownErrorNumbers)
  const accounts = await Accounts.open(duck, options)
  const system = await SystemVariables.open(duck, options)
  const locks = new TableLocks()
  const labels = new LabelTable(settings, forgetOnDisk(duck))
  const versions = new TabletVersions(settings, clock)
  const metrics = new Metrics()
  const publisher = new Publisher({ duck, catalog, locks, clock, versions })
  const errorLogs = new ErrorLogs(options.dataDir, settings, clock)
  const tasks = new TaskJournal(options.dataDir)
  const quota = new DataQuota({ settings, catalog, duck })
  const transactions = new Transactions({
    duck,
    catalog,
    labels,
    publisher,
    errorLogs,
    clock,
    version: options.version,
    settings,
    limits: new TxnLimits({ settings, labels, catalog, quota, versions }),
    quota,
    metrics,
    tasks,
    throwsAway: (table) => options.discard && !table.name.startsWith('_sync_'),
  })
  const stored = await duck.with((connection) => storedTransactions(connection, clock))
  for (const txn of stored) labels.add(txn)
  const nowMs = clock.nowMs()
  const sinceMs = nowMs - settings.number('label_keep_max_second') * 1000
  for (const txn of tasks.lost({ sinceMs, nowMs, stored: new Set(stored.map(({ id }) => id)) })) labels.loseTask(txn)
  await publisher.sweep(new Set(stored.flatMap((txn) => txn.hardened.map((rows) => rows.stageTable))))
  for (const txn of stored) await transactions.publishCommitted(txn)
  for (const database of catalog.databases.keys()) await quota.refresh(database)
  return { duck, accounts, system, catalog, locks, labels, transactions, errorLogs, versions, metrics }
}

function forgetOnDisk(duck: Duck): (forgotten: readonly Transaction[]) => void {
  const gathered: Transaction[] = []
  return (forgotten) => {
    gathered.push(...forgotten)
    if (gathered.length >= forgetAtOnce) void forget(duck, gathered.splice(0)).catch(() => undefined)
  }
}
