import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { openServiceMonitor } from '../../src/app/monitor/service-monitor.ts'
import { openLog } from '../../src/app/open-log.ts'
import { systemClock } from '../../src/app/system-clock.ts'
import { parseConfig } from '../../src/config/load-config.ts'
import type { Signal, TableCounts } from '../../src/core/signals.ts'
import { tableId } from '../../src/core/table-id.ts'
import type { LogRecord } from '../../src/observe/logs/log-record.ts'
import { batchCommitted } from '../support/batch-committed.ts'
import type { BenchContext } from '../support/bench-context.ts'
import type { Finding } from '../support/finding.ts'
import type { ClientOrder, ClientReport } from '../support/http-client-thread.ts'
import { median, quantile } from '../support/median.ts'
import { watchCpu } from '../support/process-usage.ts'
import { quietRounds } from '../support/quiet-rounds.ts'

const TABLES = 1_000
const ROUND_MS = 4_000
/** The sync works for so long at a time, then lets its loop turn. */
const WORK_MS = 1
const ENTRY = new URL('../../src/api/monitor-thread.ts', import.meta.url)
const CLIENT = new URL('../support/http-client-thread.ts', import.meta.url)

/** Without scrapes and with them. */
interface Round {
  readonly foreignCores: number
  readonly unscraped: Half
  readonly scraped: Half
}

/** What the clients do. */
interface Orders {
  readonly probe: ClientOrder
  readonly scrape: ClientOrder | null
}

interface Half {
  /** The longest time that the sync's loop did not turn beyond its own work, milliseconds. */
  readonly longestPauseMs: number
  readonly health: ClientReport
  /** Null: nobody scraped. */
  readonly scrapes: ClientReport | null
}

/** How fast health answers while the sync thread is fully busy and neither side answers, and how long a scrape of 1,000 tables stops that thread. */
export async function measureMonitorThread({ scale, say }: BenchContext): Promise<Finding> {
  await using world = await openWorld()
  await work(2_000)
  const rounds = await quietRounds(scale.rounds, async (number): Promise<Round> => {
    const cpu = watchCpu({})
    const unscraped = await half({ ...world, scrape: null })
    const scraped = await half(world)
    const round = { foreignCores: cpu().foreignCores, unscraped, scraped }
    say(`monitor thread ${number}: ${JSON.stringify(figuresOf([round]))}`)
    return round
  })
  return {
    group: 'health',
    name: 'health and scrapes',
    what: 'a fully busy sync thread, source and target that answer nothing, 1,000 tables; health asked every 2 ms, without scrapes and with one every 250 ms',
    figures: figuresOf(rounds),
    goals: [
      { figure: 'health p99 ms', atMost: 5 },
      { figure: 'health p99 ms while scraped', atMost: 5 },
      { figure: 'scrape ms of 45,000 lines', atMost: 40 },
      { figure: 'longest pause ms more by scrapes', atMost: 10 },
    ],
    runs: rounds.map((round) => figuresOf([round])),
  }
}

/** Each client has a thread: who probes is not kept waiting by what it reads itself. */
async function half({ probe, scrape }: Orders): Promise<Half> {
  const clients = Promise.all([runClient(probe), scrape && runClient(scrape)])
  const longestPauseMs = Math.max(...(await work(ROUND_MS))) - WORK_MS
  const [health, scrapes] = await clients
  return { longestPauseMs, health, scrapes }
}

function figuresOf(rounds: readonly Round[]): Readonly<Record<string, number>> {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick))
  const p99 = ({ health }: Half): number => quantile(health.ms, 0.99)
  const scrapeMs = ({ scraped }: Round): number => median(scraped.scrapes?.ms ?? [])
  const lines = ({ scraped }: Round): number => scraped.scrapes?.last.lines ?? Number.NaN
  return {
    'health p50 ms': of(({ unscraped }) => quantile(unscraped.health.ms, 0.5)),
    'health p99 ms': of(({ unscraped }) => p99(unscraped)),
    'health p99 ms while scraped': of(({ scraped }) => p99(scraped)),
    'scrape ms': of(scrapeMs),
    'scrape lines': of(lines),
    'scrape ms of 45,000 lines': of((round) => (scrapeMs(round) * 45_000) / lines(round)),
    'longest pause ms unscraped': of(({ unscraped }) => unscraped.longestPauseMs),
    'longest pause ms more by scrapes': of(
      ({ unscraped, scraped }) => scraped.longestPauseMs - unscraped.longestPauseMs,
    ),
    'other cores busy': of(({ foreignCores }) => foreignCores),
  }
}

/** Keeps this thread busy and answers the time between turns of its loop. */
async function work(forMs: number): Promise<readonly number[]> {
  const gapsMs: number[] = []
  const endAt = performance.now() + forMs
  let turnedAt = performance.now()
  while (turnedAt < endAt) {
    while (performance.now() - turnedAt < WORK_MS);
    await new Promise((resolve) => setImmediate(resolve))
    const now = performance.now()
    gapsMs.push(now - turnedAt)
    turnedAt = now
  }
  return gapsMs
}

async function runClient(order: ClientOrder): Promise<ClientReport> {
  const worker = new Worker(CLIENT, { workerData: order })
  const [report]: ClientReport[] = await once(worker, 'message')
  if (!report) throw new Error('the client told nothing')
  return report
}

async function openWorld() {
  await using opening = new AsyncDisposableStack()
  const source = opening.use(await silentServer())
  const target = opening.use(await silentServer())
  const { config } = parseConfig(
    `pipeline: bench
source: { url: "postgres://sync@127.0.0.1:${source.port}/shop", tls: { mode: disable } }
target: { fe_http: "http://127.0.0.1:${target.port}", fe_mysql: "mysql://root@127.0.0.1:${target.port}" }
http: { port: 0, metrics_port: 0 }
monitoring: { check_interval: 1s, check_timeout: 500ms }`,
    'bench.yaml',
    { env: {}, readFile: () => '' },
  )
  const clock = systemClock()
  const console = { isTerminal: false, colour: false, write: () => true }
  const log = opening.use(openLog(config.logging, { console, clock, secrets: [] }))
  const told: LogRecord[] = []
  const watched = { ...log, write: (record: LogRecord) => void told.push(record) }
  const monitor = opening.use(await openServiceMonitor(config, { entry: ENTRY, version: '0', clock, log: watched }))
  for (const signal of signals()) monitor.emit(signal)
  const ports = told.find(({ message }) => message === 'Listening')?.fields ?? {}
  const at = (name: string, path: string): string => `http://127.0.0.1:${Number(ports[name])}${path}`
  const probes = [at('port', '/health/ready'), at('port', '/health'), at('port', '/health/live')]
  const open = opening.move()
  return {
    probe: { urls: probes, everyMs: 2, isBare: false, forMs: ROUND_MS },
    scrape: { urls: [at('metrics_port', '/metrics')], everyMs: 250, isBare: true, forMs: ROUND_MS },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Takes connections and never says a word. */
async function silentServer() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** What makes every series of every table. */
function signals(): readonly Signal[] {
  const tables = Array.from({ length: TABLES }, (_, index) => tableId('public', `table_${index}`))
  const counts = tables.map((table): TableCounts => {
    return { table, inserts: 10, updates: 10, deletes: 5, filtered: 0, loadedRows: 25, loadedBytes: 2_500 }
  })
  return [
    ...tables.map((table) => ({ tag: 'table-state', table, state: { tag: 'streaming', generation: 1 } }) as const),
    batchCommitted(counts, 25 * TABLES),
  ]
}
