import { tmpdir } from 'node:os'
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { frame, keepalive, message, walData } from '../../../../test/support/pgoutput-bytes.ts'
import { RecordedChanges } from '../../../../test/support/recorded-changes.ts'
import { lsn } from '../../../core/lsn.ts'
import { LiveStream } from './live-stream.ts'
import type { ReplicationSession } from './replication-session.ts'
import type { Receiver } from './session-socket.ts'

const COPY_BOTH = frame('W', Buffer.from([0, 0, 0]))
const READY = frame('Z', Buffer.from('I'))
const ITEMS = { oid: 1, name: 'items', columns: ['*id'] }

/** The server's side of a session: collects what is sent, and sends what the test wants. */
class Server {
  readonly clock = new FakeClock()
  readonly recorded = new RecordedChanges()
  readonly sent: string[] = []
  /** Flushed positions of the status updates, and whether an answer was asked for. */
  readonly statuses: { readonly flushed: bigint; readonly replyRequested: boolean }[] = []
  readonly socket: Duplex
  readonly stream: LiveStream
  #receive: Receiver = () => undefined

  constructor(socket?: Duplex) {
    this.socket =
      socket ??
      new Duplex({
        read: () => undefined,
        write: (chunk: Buffer, _encoding, done) => {
          this.#take(chunk)
          done()
        },
      })
    const session: ReplicationSession = {
      backendPid: 4711,
      serverVersionNum: 180_004,
      walSenderTimeoutMs: 6000,
      startedAt: lsn(0x100n),
      stream: this.socket,
      coalesceReads: false,
      takeOver: (receive) => {
        this.#receive = receive
      },
      destroy: () => this.socket.destroy(),
    }
    const spool = { directory: tmpdir(), memoryBytes: 1024 }
    this.stream = new LiveStream(session, this.recorded, { clock: this.clock, slot: 'sync', spool })
  }

  send(...frames: readonly Buffer[]): void {
    const bytes = Buffer.concat(frames)
    this.#receive(bytes, 0, bytes.length)
  }

  #take(chunk: Buffer): void {
    this.sent.push(chunk.toString('latin1', 0, 1))
    if (chunk[0] === 0x64) {
      this.statuses.push({ flushed: chunk.readBigUInt64BE(14), replyRequested: chunk[38] === 1 })
    }
  }
}

async function started(): Promise<Server> {
  const server = new Server()
  const starting = server.stream.start('START_REPLICATION')
  server.send(COPY_BOTH)
  await starting
  // One turn to open, one to go on reading.
  await turn()
  await turn()
  return server
}

const transaction = (id: string): Buffer[] => [
  walData(message.begin(7)),
  walData(message.relation(ITEMS)),
  walData(message.insert(ITEMS.oid, [id])),
  walData(message.commit(0x200n)),
]

test('calls the handler only after the stream is in the hands of its owner', async () => {
  const server = new Server()
  const starting = server.stream.start('START_REPLICATION')
  server.send(COPY_BOTH, ...transaction('1'))
  await starting
  server.stream.pause()
  await turn()
  await turn()
  expect(server.recorded.changes).toEqual([])
  server.stream.resume()
  await turn()
  expect(server.recorded.rows).toHaveLength(1)
  expect(server.stream).toMatchObject({ backendPid: 4711, startedAt: 0x100n })
})

test('reports in time while it is paused, and confirms only what was confirmed', async () => {
  const server = await started()
  server.send(...transaction('1'))
  await turn()
  server.stream.pause()
  await server.clock.advance(6000)
  expect(server.statuses.length).toBeGreaterThanOrEqual(3)
  expect(server.statuses.every(({ flushed }) => flushed === 0n)).toBe(true)
  server.stream.confirm(lsn(0x200n))
  await server.clock.advance(1000)
  expect(server.statuses.at(-1)?.flushed).toBe(0x200n)
})

test('answers a keepalive that asks for it at once', async () => {
  const server = await started()
  server.send(keepalive(0x500n))
  expect(server.statuses).toEqual([])
  await server.clock.advance(900)
  server.send(keepalive(0x600n, true))
  expect(server.statuses).toHaveLength(1)
  await turn()
  expect(server.recorded.idleAt).toBe(0x600n)
  expect(server.stream.progress().serverWalEnd).toBe(0x600n)
})

test('gives a silent server up, but not while it is paused', async () => {
  const server = await started()
  server.stream.pause()
  server.send(keepalive(0x500n))
  await server.clock.advance(300_000)
  server.stream.resume()
  await turn()
  await server.clock.advance(50_000)
  expect(server.statuses.some(({ replyRequested }) => replyRequested)).toBe(true)
  await server.clock.advance(10_000)
  await expect(server.stream.ended).rejects.toMatchObject({
    code: 'SOURCE_UNREACHABLE',
    message: expect.stringContaining('no sign of life for 60 s'),
  })
  expect(server.socket.destroyed).toBe(true)
  expect(server.clock.pendingTimers).toBe(0)
})

test('says why the server refused to start', async () => {
  const server = new Server()
  const starting = server.stream.start('START_REPLICATION')
  server.send(frame('E', Buffer.from('C55006\0Mreplication slot "sync" is active for PID 7\0\0')), READY)
  await expect(starting).rejects.toMatchObject({ code: 'SLOT_BUSY', message: expect.stringContaining('PID 7') })
  await server.stream[Symbol.asyncDispose]()
  expect(server.clock.pendingTimers).toBe(0)
})

test('gives up a server that does not start, and one that has gone before', async () => {
  const silent = new Server()
  const starting = silent.stream.start('START_REPLICATION').catch((error: unknown) => error)
  await silent.clock.advance(60_000)
  expect(await starting).toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  const gone = new Server()
  gone.socket.destroy()
  await turn()
  await expect(gone.stream.start('START_REPLICATION')).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  await gone.stream[Symbol.asyncDispose]()
})

test('closes a session that was never started, or that had gone before', async () => {
  const server = new Server()
  await server.stream[Symbol.asyncDispose]()
  expect(server.socket.destroyed).toBe(true)
  const gone = new Server(new Duplex().destroy())
  await turn()
  await gone.stream[Symbol.asyncDispose]()
})

test.each([
  ['ends the stream', [frame('c', Buffer.alloc(0))], 'SOURCE_UNREACHABLE'],
  ['reports an error', [frame('E', Buffer.from('C58P01\0Mrequested WAL segment\0\0'))], 'SLOT_LOST'],
  ['sends nonsense', [frame('?', Buffer.alloc(0))], 'STREAM_PROTOCOL'],
  ['sends nonsense as a change', [walData(Buffer.from('?'))], 'STREAM_PROTOCOL'],
])('ends when the server %s, and delivers nothing after it', async (_, frames, code) => {
  const server = await started()
  server.send(...frames, ...transaction('1'))
  await expect(server.stream.ended).rejects.toMatchObject({ code })
  await turn()
  expect(server.recorded.changes).toEqual([])
  expect(server.socket.destroyed).toBe(true)
  await server.stream[Symbol.asyncDispose]()
})

test('closes in order: last confirmation, end of copy, then the session when the server is ready', async () => {
  const server = await started()
  server.stream.confirm(lsn(0x300n))
  const closing = server.stream[Symbol.asyncDispose]()
  expect(server.statuses.at(-1)?.flushed).toBe(0x300n)
  expect(server.sent.join('')).toBe('Qdc')
  server.send(...transaction('late'), frame('c', Buffer.alloc(0)), READY)
  await turn()
  expect(server.sent.join('')).toBe('QdcX')
  server.socket.destroy()
  await closing
  await expect(server.stream.ended).resolves.toBeUndefined()
  expect(server.recorded.changes).toEqual([])
  expect(server.clock.pendingTimers).toBe(0)
})

test('cuts the connection after a second when the server does not say goodbye', async () => {
  const server = await started()
  const closing = server.stream[Symbol.asyncDispose]()
  await server.clock.advance(999)
  expect(server.socket.destroyed).toBe(false)
  await server.clock.advance(1)
  await closing
  expect(server.socket.destroyed).toBe(true)
  await server.stream[Symbol.asyncDispose]()
  await expect(server.stream.ended).resolves.toBeUndefined()
})
