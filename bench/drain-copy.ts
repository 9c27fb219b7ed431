// Runs COPY ... TO STDOUT on one connection for each statement and throws the rows away.
// node bench/drain-copy.ts URL SQL...
import { Connector } from '../src/source/postgres/catalog/connector.ts'
import { openCopySession } from '../src/source/postgres/snapshot/copy-session.ts'
import { systemClock } from '../src/app/system-clock.ts'
import { watchCpu } from './support/process-usage.ts'

const [address = '', ...statements] = process.argv.slice(2)
const url = new URL(address)
const connection = {
  host: url.hostname,
  port: Number(url.port),
  database: url.pathname.slice(1),
  user: url.username,
  password: url.password,
  tls: { mode: 'disable' },
  applicationName: 'bench',
} as const
const connector = new Connector(connection, systemClock())
const sessions = await Promise.all(statements.map(() => openCopySession(connector)))
const pids = await Promise.all(
  sessions.map(async ({ session }) => {
    const [row] = await session.query<{ pid: number }>('asking', 'select pg_backend_pid() as pid')
    return row?.pid ?? 0
  }),
)
let rows = 0
let bytes = 0
const receiver = {
  data: (_: Buffer, start: number, end: number): void => {
    rows++
    bytes += end - start
  },
  afterData: () => undefined,
}
const usage = watchCpu(Object.fromEntries(pids.map((pid, i) => [`backend ${i}`, pid])))
const startedAt = performance.now()
await Promise.all(sessions.map((session, i) => session.copyOut('draining', statements[i] ?? '', receiver)))
const seconds = (performance.now() - startedAt) / 1000
const { of, foreignCores } = usage()
const reader = of['bench'] ?? 0
const backends = Object.values(of).reduce((sum, used) => sum + used, 0) - reader
await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()))
const result = { rows, bytes, seconds, rowsPerSecond: rows / seconds, cpu: { reader, backends }, foreignCores }
process.stdout.write(`${JSON.stringify(result)}\n`)
