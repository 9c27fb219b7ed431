import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, DeliveryRig, insertedIds, insertOf, ITEMS } from '../../../../test/support/delivery-rig.ts'
import { message } from '../../../../test/support/pgoutput-bytes.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { lsn } from '../../../core/lsn.ts'
import { SyncError } from '../../../core/sync-error.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'delivery-test-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('delivers a streamed transaction at its commit, as a whole, and nothing of it before', async () => {
  await using rig = new DeliveryRig(directory)
  await rig.feed(...block(7, true, message.relation(ITEMS, 7), insertOf('1', 7)), ...block(7, false, insertOf('2', 7)))
  expect(rig.recorded.changes).toEqual([])
  expect(rig.delivery.spooledBytes).toBeGreaterThan(0)
  await rig.feed(message.streamCommit(7, 0x500n))
  expect(rig.recorded.changes.map(({ tag }) => tag)).toEqual(['begin', 'relation', 'insert', 'insert', 'commit'])
  expect(rig.recorded.heads).toMatchObject([{ xid: 7, commitLsn: 0x4ffn }])
  expect(rig.recorded.commits).toEqual([0x500n])
  expect([rig.delivery.spooledBytes, rig.delivery.memoryBytes]).toEqual([0, 0])
})

test('keeps interleaved transactions apart and in the order of their commits', async () => {
  await using rig = new DeliveryRig(directory)
  await rig.feed(
    ...block(7, true, message.relation(ITEMS, 7), insertOf('a1', 7)),
    ...block(8, true, message.relation(ITEMS, 8), insertOf('b1', 8)),
    ...block(7, false, insertOf('a2', 7)),
    message.begin(9),
    message.relation(ITEMS),
    message.insert(ITEMS.oid, ['c1', 'n']),
    message.commit(0x300n),
    ...block(8, false, insertOf('b2', 8)),
    message.streamCommit(8, 0x400n),
    message.streamCommit(7, 0x500n),
  )
  expect(insertedIds(rig.recorded)).toEqual(['c1', 'b1', 'b2', 'a1', 'a2'])
  expect(rig.recorded.commits).toEqual([0x300n, 0x400n, 0x500n])
})

test('drops an aborted transaction and leaves out aborted subtransactions', async () => {
  await using rig = new DeliveryRig(directory)
  await rig.feed(
    ...block(7, true, message.relation(ITEMS, 7), insertOf('1', 7), insertOf('2', 71), insertOf('3', 72)),
    ...block(8, true, message.relation(ITEMS, 8), insertOf('never', 8)),
    message.streamAbort(7, 71),
    message.streamAbortWithPosition(8, 8),
    ...block(7, false, insertOf('4', 73), insertOf('5', 7), message.truncate([ITEMS.oid], 73)),
    message.streamAbortWithPosition(7, 73),
    message.streamAbort(99, 99),
    message.streamCommit(7, 0x500n),
  )
  expect(insertedIds(rig.recorded)).toEqual(['1', '3', '5'])
  expect(rig.delivery.memoryBytes).toBe(0)
})

test('lets a relation inside a streamed transaction count from its commit only', async () => {
  await using rig = new DeliveryRig(directory)
  const wider = { ...ITEMS, columns: ['*id', 'name', 'price'] }
  const live = [message.insert(ITEMS.oid, ['live', 'n'])]
  await rig.feed(
    message.begin(1),
    message.relation(ITEMS),
    ...live,
    message.commit(0x100n),
    ...block(7, true, message.relation(wider, 7), message.insert(ITEMS.oid, ['7', 'n', '1'], 7)),
    ...block(8, true, message.relation({ ...ITEMS, name: 'lost' }, 81), insertOf('lost', 81)),
    message.streamAbort(8, 81),
    message.begin(2),
    ...live,
    message.commit(0x200n),
    message.streamCommit(7, 0x300n),
    message.streamCommit(8, 0x400n),
    message.begin(3),
    message.insert(ITEMS.oid, ['wide', 'n', '2']),
    message.commit(0x500n),
  )
  expect(rig.recorded.changes.flatMap((change) => (change.tag === 'relation' ? [change.columns] : []))).toEqual([
    ['id', 'name'],
    ['id', 'name', 'price'],
  ])
  expect(insertedIds(rig.recorded)).toEqual(['live', 'live', '7', 'wide'])
})

test('has a transaction drafted while it is in progress, and nothing to deliver when the draft is taken', async () => {
  await using rig = new DeliveryRig(directory)
  rig.recorded.drafts = () => true
  const wider = { ...ITEMS, columns: ['*id', 'name', 'price'] }
  await rig.feed(
    ...block(7, true, message.relation(wider, 7), message.insert(ITEMS.oid, ['1', 'n', '1'], 71)),
    ...block(7, false, message.insert(ITEMS.oid, ['2', 'n', '1'], 7)),
  )
  expect(rig.recorded.changes).toEqual([])
  await rig.feed(
    message.streamCommit(7, 0x500n),
    // What the transaction has announced is not announced again.
    message.begin(8),
    message.insert(ITEMS.oid, ['3', 'n', '1']),
    message.commit(0x600n),
  )
  expect([insertedIds(rig.recorded), rig.recorded.commits]).toEqual([
    ['1', '2', '3'],
    [0x500n, 0x600n],
  ])
  expect(rig.recorded.drafted).toBe(1)
  expect([rig.delivery.spooledBytes, rig.delivery.memoryBytes]).toEqual([0, 0])
})

test.each([
  ['a subtransaction aborts', [message.streamAbort(7, 71)], ['2', '3']],
  [
    'a table is truncated',
    [...block(7, false, message.truncate([ITEMS.oid], 7))],
    ['1', '2', { tag: 'truncate', tables: ['public.items'] }, '3'],
  ],
  [
    'a message comes',
    [...block(7, false, message.message('p', 'c', true, 7))],
    ['1', '2', { tag: 'message', prefix: 'p', content: 'c', transactional: true }, '3'],
  ],
])('replays a transaction that was drafted when %s', async (_, event, expected) => {
  await using rig = new DeliveryRig(directory)
  rig.recorded.drafts = () => true
  const first = block(7, true, message.relation(ITEMS, 7), insertOf('1', 71), insertOf('2', 7))
  await rig.feed(...first, ...event, ...block(7, false, insertOf('3', 7)), message.streamCommit(7, 0x500n))
  expect(insertedIds(rig.recorded)).toEqual(expected)
  expect(rig.recorded.drafted).toBe(0)
})

test('discards the draft of a transaction that aborts', async () => {
  await using rig = new DeliveryRig(directory)
  rig.recorded.drafts = () => true
  await rig.feed(...block(7, true, message.relation(ITEMS, 7), insertOf('1', 7)), message.streamAbort(7, 7))
  await rig.feed(...block(8, true, message.relation(ITEMS, 8), insertOf('2', 8)), message.streamCommit(8, 0x500n))
  expect(insertedIds(rig.recorded)).toEqual(['2'])
})

test('passes messages, truncates, types and origins of a streamed transaction on', async () => {
  await using rig = new DeliveryRig(directory)
  await rig.feed(
    ...block(
      7,
      true,
      message.origin(),
      message.type(7),
      message.relation(ITEMS, 7),
      message.message('p', 'c', true, 7),
      message.truncate([ITEMS.oid], 7),
    ),
    message.streamCommit(7, 0x500n),
  )
  expect(rig.recorded.rows).toEqual([
    { tag: 'message', prefix: 'p', content: 'c', transactional: true },
    { tag: 'truncate', tables: ['public.items'] },
  ])
})

test('delivers no message after a pause, live or from a spool, until it is resumed', async () => {
  await using rig = new DeliveryRig(directory)
  const { delivery, recorded } = rig
  recorded.onChange = ({ tag }) => {
    if (tag === 'insert') delivery.pause()
  }
  const delivered: number[] = []
  const step = async (): Promise<void> => {
    await waitFor(() => recorded.rows.length > delivered.length, { describe: 'the next row' })
    await new Promise((resolve) => setImmediate(resolve))
    delivered.push(recorded.rows.length)
    expect(delivery.held).toBe(true)
    delivery.resume()
  }
  const feeding = rig.feed(
    ...block(7, true, message.relation(ITEMS, 7), insertOf('1', 7), insertOf('2', 7)),
    message.streamCommit(7, 0x500n),
    message.begin(8),
    message.insert(ITEMS.oid, ['3', 'n']),
    message.insert(ITEMS.oid, ['4', 'n']),
    message.commit(0x600n),
  )
  for (let count = 0; count < 4; count += 1) await step()
  await feeding
  expect(delivered).toEqual([1, 2, 3, 4])
  expect(insertedIds(recorded)).toEqual(['1', '2', '3', '4'])
})

test('tells idle positions only between transactions, never before the last commit, and not during a replay', async () => {
  await using rig = new DeliveryRig(directory)
  const { delivery, recorded } = rig
  const told: bigint[] = []
  const reach = (position: bigint): void => {
    delivery.reached(lsn(position))
    told.push(recorded.idleAt)
  }
  reach(0x50n)
  await rig.feed(message.begin(7))
  reach(0x60n)
  await rig.feed(message.commit(0x200n))
  reach(0x1f0n)
  reach(0x200n)
  await rig.feed(message.streamStart(8, true))
  reach(0x300n)
  await rig.feed(message.streamStop())
  reach(0x310n)
  expect(told).toEqual([0x50n, 0x50n, 0x50n, 0x200n, 0x200n, 0x310n])
})

test('ends a replay when an error comes out of the handler', async () => {
  await using rig = new DeliveryRig(directory)
  rig.recorded.insert = () => {
    throw new SyncError('ROW_TOO_LARGE', 'too large')
  }
  const feeding = rig.feed(
    ...block(7, true, message.relation(ITEMS, 7), insertOf('1', 7)),
    message.streamCommit(7, 0x500n),
    message.begin(8),
  )
  await expect(feeding).rejects.toMatchObject({ code: 'ROW_TOO_LARGE' })
})

test.each<readonly [string, readonly Buffer[]]>([
  ['a block inside a block', [message.streamStart(7, true), message.streamStart(8, true)]],
  ['a commit inside a block', [message.streamStart(7, true), message.streamCommit(7, 1n)]],
  ['a stop without a start', [message.streamStop()]],
  ['a block inside a transaction', [message.begin(7), message.streamStart(8, true)]],
  ['a commit of a transaction that was never streamed', [message.streamCommit(7, 1n)]],
  ['a later block without a first one', [message.streamStart(7, false)]],
  ['a first block for the second time', [...block(7, true), message.streamStart(7, true)]],
  ['a begin inside a streamed transaction', [...block(7, true, message.begin(7)), message.streamCommit(7, 2n)]],
  ['an empty message', [Buffer.alloc(0)]],
  ['a start that is cut short', [message.streamStart(7, true).subarray(0, 4)]],
  ['an abort that is cut short', [message.streamAbort(7, 7).subarray(0, 8)]],
  ['an abort with half a position', [message.streamAbortWithPosition(7, 7).subarray(0, 20)]],
  [
    'a commit with more than it has',
    [...block(7, true), Buffer.concat([message.streamCommit(7, 2n), Buffer.alloc(1)])],
  ],
  [
    'a cut row in a streamed transaction',
    [...block(7, true, insertOf('1', 7).subarray(0, 3)), message.streamCommit(7, 2n)],
  ],
])('refuses %s', async (_, messages) => {
  await using rig = new DeliveryRig(directory)
  await expect(rig.feed(...messages, message.origin())).rejects.toMatchObject({ code: 'STREAM_PROTOCOL' })
})
