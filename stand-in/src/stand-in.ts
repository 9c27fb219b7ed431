import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import type { Server } from 'node:http'
import { Catalog } from './catalog/catalog.ts'
import type { Clock } from './clock.ts'
import { Faults } from './fault.ts'
import { adminHandler } from './http/admin-listener.ts'
import { beHandler } from './http/be-listener.ts'
import type { HttpContext } from './http/context.ts'
import { feHandler } from './http/fe-listener.ts'
import { listen, portOf } from './http/server.ts'
import { ErrorLogs } from './load/error-log.ts'
import { MysqlConnection } from './mysql/mysql-connection.ts'
import type { Options } from './options.ts'
import { RequestLog } from './request-log.ts'
import { AlterJobs } from './sql/alter-jobs.ts'
import { macrosSql } from './sql/functions.ts'
import type { SqlContext } from './sql/sql-context.ts'
import { Duck } from './storage/duck.ts'
import { LabelTable } from './txn/label-table.ts'
import type { Transaction } from './txn/transaction.ts'
import { Publisher } from './txn/publisher.ts'
import { TableLocks } from './txn/table-locks.ts'
import { Transactions } from './txn/transactions.ts'
import { forget, storedTransactions } from './txn/txn-store.ts'

const overdueCheckMs = 250

/** Evicted transactions are removed from disk in batches; a restart evicts again what it finds too many. */
const forgetAtOnce = 200

/** The ports that a running stand-in listens on. */
interface Ports {
  readonly mysqlPort: number
  readonly httpPort: number
  readonly beHttpPort: number
  readonly adminPort?: number | undefined
}

/** A running stand-in. */
export interface StandIn extends AsyncDisposable {
  readonly ports: Ports
}

/** Opens the data directory and all listeners. Disposing closes everything; what is on disk stays. */
export async function startStandIn(options: Options, clock: Clock): Promise<StandIn> {
  mkdirSync(options.dataDir, { recursive: true })
  const duck = await Duck.open({
    path: join(options.dataDir, 'stand-in.duckdb'),
    memoryLimit: options.memoryLimit,
    tempDir: join(options.dataDir, 'tmp'),
    sessionSql: macrosSql,
  })
  const core = await openCore(options, duck, clock)
  const log = new RequestLog(options.logFile, clock)
  const listeners = await openListeners(options, core, { log, clock })
  const stopChecks = clock.every(overdueCheckMs, () => {
    void core.transactions.abortOverdue().catch(() => undefined)
  })
  return {
    ports: listeners.ports,
    async [Symbol.asyncDispose]() {
      stopChecks()
      await listeners.close()
      await log.close()
      await duck.with((connection) => connection.run('CHECKPOINT')).catch(() => undefined)
      duck.close()
    },
  }
}

interface Core {
  readonly duck: Duck
  readonly catalog: Catalog
  readonly locks: TableLocks
  readonly labels: LabelTable
  readonly transactions: Transactions
  readonly errorLogs: ErrorLogs
}

async function openCore(options: Options, duck: Duck, clock: Clock): Promise<Core> {
  const catalog = await Catalog.open(duck)
  const locks = new TableLocks()
  const forgottenTxns: Transaction[] = []
  const labels = new LabelTable(
    { maxCount: options.labelKeepMax, maxSeconds: options.labelKeepSeconds },
    (forgotten) => {
      forgottenTxns.push(...forgotten)
      if (forgottenTxns.length >= forgetAtOnce) void forget(duck, forgottenTxns.splice(0)).catch(() => undefined)
    },
  )
  const publisher = new Publisher({ duck, catalog, locks, clock })
  const errorLogs = new ErrorLogs(options.dataDir)
  const transactions = new Transactions({
    duck,
    catalog,
    labels,
    publisher,
    errorLogs,
    clock,
    maxRunning: options.maxRunningTxns ?? options.version.maxRunningTxnsPerDb,
    throwsAway: (table) => options.discard && !table.name.startsWith('_sync_'),
  })
  const stored = await duck.with((connection) => storedTransactions(connection, clock))
  for (const txn of stored) labels.add(txn)
  await publisher.sweep(new Set(stored.flatMap((txn) => txn.hardened.map((rows) => rows.stageTable))))
  for (const txn of stored) await transactions.publishCommitted(txn)
  return { duck, catalog, locks, labels, transactions, errorLogs }
}

async function openListeners(
  options: Options,
  core: Core,
  { log, clock }: { readonly log: RequestLog; readonly clock: Clock },
): Promise<{ readonly ports: Ports; readonly close: () => Promise<void> }> {
  const { catalog, transactions, errorLogs, duck, locks, labels } = core
  const faults = new Faults()
  let bePort = options.beHttpPort
  const http: HttpContext = {
    options,
    catalog,
    transactions,
    errorLogs,
    faults,
    clock,
    log,
    beAddress: () => `${options.host}:${bePort}`,
  }
  const be = await listen(options.beHttpPort, options.host, beHandler(http))
  bePort = portOf(be)
  const fe = await listen(options.httpPort, options.host, feHandler(http))
  const admin =
    options.adminPort === undefined ? undefined : await listen(options.adminPort, options.host, adminHandler(http))
  const alterJobs = new AlterJobs({ labels, locks, clock, nextId: () => catalog.nextId(), durationMs: options.alterMs })
  let mysqlPort = options.mysqlPort
  const ports = () => ({ mysql: mysqlPort, http: portOf(fe), beHttp: bePort })
  const sql: SqlContext = { options, catalog, duck, locks, transactions, alterJobs, clock, ports }
  const mysql = await listenMysql(options, (socket, id) => new MysqlConnection(socket, id, { sql, faults, log }))
  mysqlPort = mysql.port
  return {
    ports: {
      mysqlPort,
      httpPort: portOf(fe),
      beHttpPort: bePort,
      adminPort: admin === undefined ? undefined : portOf(admin),
    },
    async close() {
      await Promise.all([fe, be, ...(admin === undefined ? [] : [admin])].map(closeHttp))
      await mysql.close()
    },
  }
}

async function closeHttp(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<void>((resolve) => void server.close(() => resolve()))
}

async function listenMysql(
  options: Options,
  open: (socket: Socket, id: number) => unknown,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  let nextId = 1
  const server: NetServer = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => void sockets.delete(socket))
    open(socket, nextId++)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.mysqlPort, options.host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.mysqlPort,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
