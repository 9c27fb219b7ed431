// Reads a slot as fast as it comes and does nothing with it: what any reader of the same WAL could reach at best.
// node bench/drain-slot.ts URL SLOT PUBLICATION END_LSN PATIENCE_MS [whole]
// With a patience the socket is left alone for that time after a small read; with none it is read whenever there is something.
import { setTimeout as delay } from 'node:timers/promises'
import { lsn, parseLsn } from '../src/core/lsn.ts'
import { openReplicationSession } from '../src/source/postgres/wire/replication-session.ts'
import { encodeQuery, encodeStandbyStatus } from '../src/source/postgres/wire/standby-status.ts'
import { startReplicationCommand } from '../src/source/postgres/wire/start-replication.ts'
import { watchCpu } from './support/process-usage.ts'
import { FrameWalker } from './support/frame-walker.ts'
import { BUFFERS_FILL_MS, WARM_UP_MS } from './support/steady.ts'

const [url = '', slot = '', publication = '', end = '0/0', patienceText = '0', mode] = process.argv.slice(2)
const patienceMs = Number(patienceText)
const SMALL_READ_BYTES = 64 * 1024

const session = await openReplicationSession({ connectionString: url }, slot)
const { stream, serverVersionNum, backendPid } = session
const finished = Promise.withResolvers<void>()
const walker = new FrameWalker(parseLsn(end), () => finished.resolve())
const usage = () => watchCpu({ walsender: backendPid })
let cpu = usage()
let startedAt = 0
let rowsBefore = 0
let warm = true
let patience: NodeJS.Timeout | undefined

session.takeOver((bytes, start, stop) => {
  walker.feed(bytes, start, stop)
  if (warm && mode !== 'whole' && performance.now() - startedAt > WARM_UP_MS) {
    warm = false
    startedAt = performance.now()
    rowsBefore = walker.rows
    cpu = usage()
  }
  if (patienceMs === 0 || stop - start >= SMALL_READ_BYTES) return
  stream.pause()
  patience = setTimeout(() => stream.resume(), patienceMs)
})
stream.on('error', (error) => finished.reject(error))
stream.write(encodeQuery(startReplicationCommand({ slot, publications: [publication], serverVersionNum, protocol: 4 })))
// The service, too, finds the socket's buffers full when it begins to read.
stream.pause()
await delay(BUFFERS_FILL_MS)
startedAt = performance.now()
cpu = usage()
stream.resume()
const status = setInterval(() => {
  const nowMs = performance.timeOrigin + performance.now()
  stream.write(encodeStandbyStatus({ written: lsn(walker.position), flushed: lsn(0n), nowMs, replyRequested: false }))
}, 1000)
await finished.promise
const seconds = (performance.now() - startedAt) / 1000
const rows = walker.rows - rowsBefore
const { of, foreignCores } = cpu()
clearInterval(status)
clearTimeout(patience)
session.destroy()
const used = { reader: of['bench'], walsender: of['walsender'] }
const result = { rows, seconds, rowsPerSecond: rows / seconds, cpu: used, foreignCores }
process.stdout.write(`${JSON.stringify(result)}\n`)
