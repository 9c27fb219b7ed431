import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Checkpoint } from '../../core/checkpoint.ts'
import type { SinkTable } from '../../core/sink.ts'
import {
  apply,
  ask,
  attempt,
  begin,
  following,
  loadOf,
  openAccounts,
  type Writer,
  writerOf,
} from './testing/sink-fixture.ts'
import { type StandInFault, StandInProcess } from './testing/stand-in-process.ts'
import type { StarRocksTarget } from './target.ts'

interface Mode {
  readonly guarantee: 'atomic' | 'converging'
  readonly version: string
}

const MODES: readonly Mode[] = [
  { guarantee: 'atomic', version: '4.0.2' },
  { guarantee: 'converging', version: '3.3.5' },
]

describe.each(MODES)('batches on StarRocks $version', { timeout: 60_000 }, ({ guarantee, version }) => {
  let standIn: StandInProcess
  let target: StarRocksTarget
  let writer: Writer
  let position: Checkpoint
  let a: SinkTable
  let b: SinkTable
  let runs = 0

  beforeAll(async () => {
    standIn = await StandInProcess.start('--version', version)
  })
  afterAll(async () => {
    await standIn?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    await standIn.clearFaults()
    await writer?.[Symbol.asyncDispose]()
    runs += 1
    target = standIn.target({ database: `shop${runs}` })
    writer = await writerOf(target, 'first')
    position = await begin(writer)
    a = await openAccounts(writer, 'a', target.database)
    b = await openAccounts(writer, 'b', target.database)
  })
  afterAll(async () => {
    await writer?.[Symbol.asyncDispose]()
  })

  const rowsOf = async (table: string): Promise<readonly string[]> =>
    await ask(target, `SELECT id, owner, balance FROM ${target.database}.${table} ORDER BY id`)
  const transfer = () => [loadOf(a, [{ upsert: ['1', 'ann', '70'] }]), loadOf(b, [{ upsert: ['1', 'bob', '30'] }])]
  const stored = async (): Promise<Checkpoint | null> => await writer.sink.readCheckpoint()

  test(`say that they are ${guarantee}`, () => {
    expect([writer.sink.guarantee, writer.sink.version]).toEqual([guarantee, expect.stringContaining(version)])
  })

  test('bring rows, table records and the checkpoint into the target', async () => {
    const record = { table: a.id, state: { tag: 'streaming', generation: 1 } } as const
    const next = await apply(writer, position, transfer(), { tables: [record] })
    await writer.sink.untilVisible()
    expect([await rowsOf('a'), await rowsOf('b')]).toEqual([['1 ann 70'], ['1 bob 30']])
    expect(await stored()).toEqual(next)
    expect((await writer.sink.takeOver(writer.ownership)).tables).toEqual([record])
  })

  test('follow one another: the last state of a key stays, deletes take it away', async () => {
    let at = await apply(writer, position, [loadOf(a, [{ upsert: ['1', 'ann', '1'] }, { upsert: ['2', 'bob', '2'] }])])
    at = await apply(writer, at, [loadOf(a, [{ upsert: ['2', 'bob', '3'] }, { remove: ['1', null, null] }])])
    await apply(writer, at, [])
    await writer.sink.untilVisible()
    expect(await rowsOf('a')).toEqual(['2 bob 3'])
  })

  test('carry JSON lines, and several loads of one table in order', async () => {
    const json = (balance: string) => loadOf(a, [{ upsert: ['1', '\\N', balance] }], 'json')
    await apply(writer, position, [json('1'), json('2'), json('3')])
    await writer.sink.untilVisible()
    expect(await rowsOf('a')).toEqual(['1 \\N 3'])
  })

  const lost: readonly (readonly [string, StandInFault])[] = (
    ['begin', 'load', 'commit', 'get_load_state'] as const
  ).flatMap((path) =>
    (['cut-before', 'cut-after'] as const).flatMap((action) =>
      [0, 1].map((after) => [`${action} ${path} ${after}`, { match: { path, after }, action }] as const),
    ),
  )

  test.each(lost)('are in the target once when the connection is %s', async (_name, fault) => {
    await standIn.fault(fault)
    const next = await apply(writer, position, transfer())
    await standIn.clearFaults()
    const last = await apply(writer, next, [loadOf(a, [{ upsert: ['2', 'cid', '5'] }])])
    await writer.sink.untilVisible()
    expect([await rowsOf('a'), await rowsOf('b')]).toEqual([['1 ann 70', '2 cid 5'], ['1 bob 30']])
    expect(await stored()).toEqual(last)
    expect(last.number).toBe(position.number + 2n)
  })

  test('that were answered OK and are not in the target are not believed', async () => {
    await standIn.fault({ match: { path: 'commit' }, action: 'false-ok' })
    await expect(attempt(writer, position, transfer())).rejects.toMatchObject({ code: 'SINK_TRANSACTION_LOST' })
    expect(await stored()).toEqual(position)
    expect(await apply(writer, position, transfer())).toEqual(following(position))
  })

  test('whose publishing takes long are a success; who reads waits', async () => {
    await standIn.fault({ match: { path: 'commit' }, action: 'publish-timeout', ms: 300, times: 2 })
    const next = await apply(writer, position, transfer())
    await writer.sink.untilVisible()
    expect([await rowsOf('a'), await rowsOf('b')]).toEqual([['1 ann 70'], ['1 bob 30']])
    expect(await stored()).toEqual(next)
  })

  test('that meet too many versions are tried again, and blame no row', async () => {
    await standIn.fault({ match: { path: 'commit' }, action: 'too-many-versions' })
    await expect(attempt(writer, position, transfer())).rejects.toMatchObject({ code: 'SINK_BUSY' })
    expect(await apply(writer, position, transfer())).toEqual(following(position))
  })

  test('are found in the target by a later call when the end of one could not be told', async () => {
    await standIn.fault({ match: { path: 'commit' }, action: 'cut-after' })
    if (guarantee === 'converging') await standIn.fault({ match: { path: 'commit' }, action: 'cut-after', times: 2 })
    await standIn.fault({ match: { path: 'get_load_state', after: 0 }, action: 'cut-before', times: 4 })
    const next = await apply(writer, position, transfer())
    expect(next).toEqual(following(position))
    expect(await stored()).toEqual(next)
  })

  test('survive that a back end forgets what was begun', async () => {
    const opening = await writer.sink.openBatch(position, writer.ownership)
    if (opening.tag !== 'open') throw new Error('not open')
    await opening.writer.send(loadOf(a, [{ upsert: ['1', 'ann', '70'] }]))
    await standIn.restartBackEnd()
    const committed = opening.writer.commit(following(position), [])
    const outcome = await committed.then(
      () => 'committed',
      async (error: unknown) => {
        await opening.writer.rollback()
        return error
      },
    )
    const next =
      outcome === 'committed'
        ? following(position)
        : await apply(writer, position, [loadOf(a, [{ upsert: ['1', 'ann', '70'] }])])
    await writer.sink.untilVisible()
    expect([await rowsOf('a'), await stored()]).toEqual([['1 ann 70'], next])
  })

  test('go on when the labels before are forgotten', async () => {
    const next = await apply(writer, position, transfer())
    await standIn.evictLabels()
    expect(await apply(writer, next, transfer())).toEqual(following(next))
    await writer.sink.untilVisible()
  })

  test('are refused when the row is another writer’s', async () => {
    const other = await writerOf(target, 'second')
    await begin(other)
    await other[Symbol.asyncDispose]()
    await expect(attempt(writer, position, transfer())).rejects.toMatchObject({ code: 'SINK_REPLACED' })
    expect(await rowsOf('a')).toEqual([])
  })

  test('are refused when the row is older than what was committed', async () => {
    const next = await apply(writer, position, transfer())
    await apply(writer, next, [])
    const restored = await writerOf(target, 'first')
    await expect(attempt(restored, following(following(next)), [])).rejects.toMatchObject({ code: 'CHECKPOINT_BEHIND' })
    await restored[Symbol.asyncDispose]()
  })

  test('are begun and committed under ownership only', async () => {
    const before = writer.ownership.confirmations
    await apply(writer, position, transfer())
    expect(writer.ownership.confirmations - before).toBeGreaterThanOrEqual(2)
    writer.ownership.owned = false
    await expect(attempt(writer, following(position), transfer())).rejects.toMatchObject({ code: 'SINK_REPLACED' })
  })

  test('name the table and the row that the target refuses', async () => {
    const good = loadOf(b, [{ upsert: ['1', 'bob', '30'] }])
    const bad = loadOf(a, [{ upsert: ['1', 'ann', '70'] }, { upsert: ['2', 'bad', '5'] }])
    const spoilt = { ...bad, body: Buffer.from(bad.body.toString('latin1').replace('5', 'x'), 'latin1') }
    await expect(attempt(writer, position, [good, spoilt])).rejects.toMatchObject({ code: 'ROW_REJECTED' })
    const rejected = await writer.sink.findRejected([good, spoilt], writer.ownership)
    expect(rejected).toMatchObject([{ table: 'public.a', rowKey: '2' }])
    expect(rejected[0]?.reason).not.toContain("'x'")
    expect(await apply(writer, position, [good])).toEqual(following(position))
    await writer.sink.untilVisible()
    expect([await rowsOf('a'), await rowsOf('b')]).toEqual([[], ['1 bob 30']])
  })

  test('a trouble that passes is nobody’s fault', async () => {
    await standIn.fault({ match: { path: 'load' }, action: 'cut-before', times: 2 })
    await expect(writer.sink.findRejected(transfer(), writer.ownership)).rejects.toMatchObject({ retry: 'auto' })
  })
})
