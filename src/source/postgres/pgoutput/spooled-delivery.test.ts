import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, CLOSED, DeliveryRig, insertedIds, insertOf, ITEMS } from '../../../../test/support/delivery-rig.ts'
import { message } from '../../../../test/support/pgoutput-bytes.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'delivery-test-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('delivers the same from disk as from memory, and gives the disk back', async () => {
  const messages: Buffer[] = []
  const expected: string[] = []
  for (let part = 0; part < 30; part += 1) {
    const rows = Array.from({ length: 10 }, (_, index) => `${part}-${index}`)
    for (const xid of [7, 8]) {
      const changes = rows.map((id) => insertOf(id, xid, 'x'.repeat(20_000)))
      messages.push(...block(xid, part === 0, ...(part === 0 ? [message.relation(ITEMS, xid)] : []), ...changes))
    }
    expected.push(...rows)
  }
  await using rig = new DeliveryRig(directory, 2 * 1024 * 1024)
  await rig.feed(...messages)
  expect(rig.delivery.spooledBytes).toBeGreaterThan(12_000_000)
  await waitFor(() => rig.delivery.memoryBytes <= 3 * 1024 * 1024, { describe: 'the writer to catch up' })
  // The files have no names any more.
  expect(await readdir(directory)).toEqual([])
  await rig.feed(message.streamCommit(8, 0x400n), message.streamCommit(7, 0x500n))
  expect(insertedIds(rig.recorded)).toEqual([...expected, ...expected])
  expect([rig.delivery.spooledBytes, rig.delivery.memoryBytes]).toEqual([0, 0])
})

test('holds a message larger than a chunk', async () => {
  await using rig = new DeliveryRig(directory, 1024)
  const large = 'x'.repeat(3_000_000)
  await rig.feed(
    ...block(
      7,
      true,
      message.relation(ITEMS, 7),
      insertOf('1', 7),
      insertOf('2', 7, large),
      insertOf('3', 7),
      insertOf('4', 7, large),
    ),
    message.streamCommit(7, 0x500n),
  )
  expect(insertedIds(rig.recorded)).toEqual(['1', '2', '3', '4'])
})

test('holds the stream while the disk does not keep up', async () => {
  await using rig = new DeliveryRig(directory, 1024 * 1024)
  const large = 'x'.repeat(1_000_000)
  const { delivery } = rig
  await rig.feed(message.streamStart(7, true), message.relation(ITEMS, 7))
  let fed = 0
  while (!delivery.held && fed < 100) {
    const bytes = insertOf(String(fed), 7, large)
    delivery.message(bytes, 0, bytes.length)
    fed += 1
  }
  expect(fed).toBeLessThan(20)
  await rig.feed(message.streamStop(), message.streamCommit(7, 0x500n))
  expect(insertedIds(rig.recorded)).toHaveLength(fed)
})

test('makes the spool directory when it is missing', async () => {
  const missing = join(directory, 'made', 'when needed')
  await using rig = new DeliveryRig(missing, 1024)
  const large = 'x'.repeat(1_000_000)
  await rig.feed(
    ...block(
      7,
      true,
      message.relation(ITEMS, 7),
      insertOf('1', 7, large),
      insertOf('2', 7, large),
      insertOf('3', 7, large),
    ),
  )
  await waitFor(async () => (await stat(missing)).isDirectory(), { describe: 'the directory' })
  await rig.feed(message.streamCommit(7, 0x500n))
  expect(insertedIds(rig.recorded)).toEqual(['1', '2', '3'])
})

test('says that the spool cannot be written', async () => {
  // A file stands where the directory should be.
  const occupied = join(directory, 'occupied')
  await writeFile(occupied, '')
  await using rig = new DeliveryRig(join(occupied, 'spool'), 1024)
  const large = 'x'.repeat(1_000_000)
  const feeding = rig.feed(
    message.streamStart(7, true),
    insertOf('1', 7, large),
    insertOf('2', 7, large),
    insertOf('3', 7, large),
  )
  await expect(feeding.then(() => rig.released())).resolves.toBeUndefined()
  await waitFor(() => rig.failure !== null, { describe: 'the failure' })
  expect(rig.failure).toMatchObject({ code: 'SPOOL_FULL', message: expect.stringContaining('ENOTDIR') })
})

test('ends a replay that is paused when it is closed, and gives everything back', async () => {
  const rig = new DeliveryRig(directory, 1024)
  const { delivery, recorded } = rig
  recorded.onChange = () => delivery.pause()
  const commit = message.streamCommit(7, 0x500n)
  await rig.feed(
    ...block(7, true, message.relation(ITEMS, 7), insertOf('1', 7), insertOf('2', 7, 'x'.repeat(2_000_000))),
  )
  delivery.message(commit, 0, commit.length)
  await waitFor(() => recorded.changes.length === 1, { describe: 'the begin' })
  await rig[Symbol.asyncDispose]()
  expect(rig.failure).toBe(CLOSED)
  expect(recorded.changes).toHaveLength(1)
  expect([delivery.spooledBytes, delivery.memoryBytes]).toEqual([0, 0])
})
