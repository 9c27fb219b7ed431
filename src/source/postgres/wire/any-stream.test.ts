import { tmpdir } from 'node:os'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keepalive, message, unchanged, walData, type TupleValue } from '../../../../test/support/pgoutput-bytes.ts'
import { RecordedChanges } from '../../../../test/support/recorded-changes.ts'
import type { ChangeHandler } from '../../../core/change-stream.ts'
import type { RowView } from '../../../core/row-view.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { Delivery } from '../pgoutput/delivery.ts'
import { CopyBothReader } from './copy-both.ts'
import { Framer } from './framer.ts'

const TABLES = [
  { oid: 101, name: 'a', columns: ['*id', 'x'] },
  { oid: 102, name: 'b', columns: ['*id', 'x', 'y', 'z'] },
] as const

/** A change of a generated transaction. `sub` numbers its subtransaction; 0 is the transaction itself. */
interface Change {
  readonly table: number
  readonly kind: 'insert' | 'update' | 'delete' | 'truncate'
  readonly sub: number
  readonly values: readonly TupleValue[]
}

/** A generated transaction. A live one is sent whole; a streamed one in blocks between those of others. */
interface Transaction {
  readonly streamed: boolean
  readonly blocks: readonly (readonly Change[])[]
  readonly abortedSubs: readonly number[]
  readonly aborts: boolean
}

const value: fc.Arbitrary<TupleValue> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom<TupleValue>(null, unchanged, 'x'.repeat(3000)),
)

const change: fc.Arbitrary<Change> = fc.record({
  table: fc.nat(TABLES.length - 1),
  kind: fc.constantFrom('insert', 'update', 'delete', 'truncate'),
  sub: fc.nat(3),
  values: fc.array(value, { minLength: 4, maxLength: 4 }),
})

const transaction: fc.Arbitrary<Transaction> = fc.record({
  streamed: fc.boolean(),
  blocks: fc.array(fc.array(change, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
  abortedSubs: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
  aborts: fc.boolean(),
})

function changeMessage({ table, kind, values }: Change, xid: number | undefined): Buffer {
  const { oid, columns } = TABLES[table] ?? TABLES[0]
  const row = values.slice(0, columns.length)
  if (kind === 'insert') return message.insert(oid, row, xid)
  if (kind === 'update') return message.update(oid, row, { kind: 'K', row }, xid)
  if (kind === 'delete') return message.delete(oid, 'O', row, xid)
  return message.truncate([oid], xid)
}

/** Sends the transactions as a server would: blocks of streamed ones in turn, whole ones in between, ends at random. */
class Server {
  readonly messages: Buffer[] = []
  /** What a plain reader would deliver: the changes of each transaction in the order of commits. */
  readonly expected: Buffer[] = []
  #xid = 100
  #lsn = 0x1000n

  live({ blocks }: Transaction): void {
    const changes = blocks.flat().map((one) => changeMessage(one, undefined))
    const end = this.#nextLsn()
    const whole = [message.begin(this.#nextXid(), end - 1n), ...relations(), ...changes, message.commit(end)]
    this.messages.push(...whole)
    this.expected.push(...whole)
  }

  streamed(transactions: readonly Transaction[]): void {
    const open = transactions.map((one) => ({ one, xid: this.#nextXid() }))
    const longest = Math.max(0, ...transactions.map(({ blocks }) => blocks.length))
    for (let index = 0; index < longest; index += 1) {
      for (const { one, xid } of open) this.#block(one, xid, index)
    }
    for (const { one, xid } of open.toReversed()) this.#end(one, xid)
  }

  #block(one: Transaction, xid: number, index: number): void {
    const changes = one.blocks[index]
    if (changes === undefined) return
    this.messages.push(
      message.streamStart(xid, index === 0),
      ...(index === 0 ? relations(xid) : []),
      ...changes.map((each) => changeMessage(each, xid + each.sub)),
      message.streamStop(),
    )
  }

  #end(one: Transaction, xid: number): void {
    const end = this.#nextLsn()
    for (const sub of one.abortedSubs) this.messages.push(message.streamAbort(xid, xid + sub))
    this.messages.push(one.aborts ? message.streamAbort(xid, xid) : message.streamCommit(xid, end))
    if (one.aborts) return
    const kept = one.blocks.flat().filter(({ sub }) => !one.abortedSubs.includes(sub))
    const changes = kept.map((each) => changeMessage(each, undefined))
    this.expected.push(message.begin(xid, end - 1n), ...relations(), ...changes, message.commit(end))
  }

  #nextXid(): number {
    this.#xid += 10
    return this.#xid
  }

  #nextLsn(): bigint {
    this.#lsn += 0x100n
    return this.#lsn
  }
}

const relations = (xid?: number): Buffer[] => TABLES.map((table) => message.relation(table, xid))

/** How the bytes reach us and what the handler does meanwhile. */
interface Circumstances {
  /** Sizes of the reads, used in turn. */
  readonly reads: readonly number[]
  readonly memoryBytes: number
  /** The handler asks for a pause at each change whose number is a multiple of it; 0 means never. */
  readonly pauseEvery: number
  /** Whether streamed transactions are drafted; those that are still are taken now and then. */
  readonly drafts: boolean
}

async function record(bytes: Buffer, how: Circumstances): Promise<RecordedChanges> {
  const recorded = new RecordedChanges()
  let asked = 0
  if (how.drafts) recorded.drafts = () => (asked += 1) % 3 !== 0
  await receive(bytes, recorded, how, (delivery) => {
    recorded.onChange = () => {
      if (how.pauseEvery === 0 || recorded.changes.length % how.pauseEvery !== 0) return
      delivery.pause()
      setImmediate(() => delivery.resume())
    }
  })
  return recorded
}

/** Feeds the bytes as the socket would. @throws what the stream fails with */
async function receive(
  bytes: Buffer,
  handler: ChangeHandler,
  { reads, memoryBytes }: Circumstances,
  whenOpen: (delivery: Delivery) => void,
): Promise<void> {
  let failure: SyncError | null = null
  const delivery = new Delivery(
    handler,
    { directory: tmpdir(), memoryBytes },
    { released: () => undefined, failed: (error) => (failure ??= error) },
  )
  whenOpen(delivery)
  const messages = new CopyBothReader({
    started: () => undefined,
    data: (buffer, start, end) => delivery.message(buffer, start, end),
    keepalive: (walEnd) => delivery.reached(walEnd),
    failed: () => undefined,
    finished: () => undefined,
    ready: () => undefined,
  })
  const framer = new Framer({
    get held() {
      return delivery.held
    },
    frame: (type, buffer, start, end) => messages.frame(type, buffer, start, end),
  })
  const settled = async (): Promise<void> => {
    while (delivery.held && failure === null) await turn()
    if (failure !== null) throw failure
  }
  delivery.open()
  try {
    for (let from = 0, read = 0; from < bytes.length; read += 1) {
      const to = Math.min(bytes.length, from + (reads[read % reads.length] ?? 1))
      for (let at = from; at < to || delivery.held;) {
        await settled()
        at = framer.feed(bytes, at, to)
      }
      from = to
    }
    await settled()
  } finally {
    delivery.close(new SyncError('SOURCE_UNREACHABLE', 'end of test'))
    await delivery[Symbol.asyncDispose]()
  }
}

/** Reads every value, and takes everything in any order. */
class Reading implements ChangeHandler {
  begin(): void {}
  relation(): void {}
  insert(_oid: number, row: RowView): void {
    for (let column = 0; column < row.columnCount; column += 1) row.text(column)
  }
  update(oid: number, row: RowView, old: RowView): void {
    this.insert(oid, row)
    this.insert(oid, old)
  }
  delete(oid: number, old: RowView): void {
    this.insert(oid, old)
  }
  truncate(): void {}
  message(): void {}
  commit(): void {}
  draft(): null {
    return null
  }
  takeDraft(): boolean {
    return false
  }
  idle(): void {}
}

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  reads: fc.array(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 5000 })), {
    minLength: 1,
    maxLength: 20,
  }),
  memoryBytes: fc.constantFrom(0, 100_000, 10_000_000),
  pauseEvery: fc.constantFrom(0, 1, 7),
  drafts: fc.boolean(),
})

const PLAIN: Circumstances = { reads: [1_000_000], memoryBytes: 10_000_000, pauseEvery: 0, drafts: false }

function wire(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages.flatMap((each) => [walData(each), keepalive(1n)]))
}

test('any transactions, cut and paused anywhere, arrive as if each had been sent after its commit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { maxLength: 6 }), circumstances, async (transactions, how) => {
      const server = new Server()
      server.streamed(transactions.slice(0, 3).filter(({ streamed }) => streamed))
      for (const one of transactions.filter(({ streamed }) => !streamed)) server.live(one)
      server.streamed(transactions.slice(3).filter(({ streamed }) => streamed))
      const expected = await record(wire(server.expected), PLAIN)
      const found = await record(wire(server.messages), how)
      expect(found.rows).toEqual(expected.rows)
      expect(found.commits).toEqual(expected.commits)
      expect(found.heads.map(({ commitLsn }) => commitLsn)).toEqual(expected.heads.map(({ commitLsn }) => commitLsn))
    }),
    { numRuns: 400 },
  )
}, 60_000)

test('any damaged byte ends in a SyncError or in rows, never in another error or a hang', async () => {
  const damages = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(255)), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 3 }), damages, async (transactions, bytes) => {
      const server = new Server()
      server.streamed(transactions.filter(({ streamed }) => streamed))
      for (const one of transactions.filter(({ streamed }) => !streamed)) server.live(one)
      const damaged = wire(server.messages)
      for (const [place, byte] of bytes) if (damaged.length > 0) damaged[place % damaged.length] = byte
      const errors = await receive(damaged, new Reading(), PLAIN, () => undefined).then(
        () => [],
        (error: unknown) => [error],
      )
      for (const error of errors) if (!(error instanceof SyncError)) throw error
    }),
    { numRuns: 600 },
  )
}, 60_000)
