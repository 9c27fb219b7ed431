import { beforeEach, describe, expect, test } from 'vitest'
import type { Checkpoint } from '../../core/checkpoint.ts'
import type { SinkTable } from '../../core/sink.ts'
import { apply, attempt, begin, following, loadOf, writerOf } from './testing/sink-fixture.ts'
import { SinkWorld } from './testing/sink-world.ts'
import type { StandInFault } from '../../../test/support/stand-in-process.ts'

interface Mode {
  readonly guarantee: 'atomic' | 'converging'
  readonly version: string
}

const MODES: readonly Mode[] = [
  { guarantee: 'atomic', version: '4.0.2' },
  { guarantee: 'converging', version: '3.3.5' },
]

describe.each(MODES)('batches on StarRocks $version', { timeout: 60_000 }, ({ guarantee, version }) => {
  const world = new SinkWorld({ name: 'shop', version })
  let b: SinkTable
  beforeEach(async () => {
    b = await world.open('b')
  })

  const transfer = () => [
    loadOf(world.table, [{ upsert: ['1', 'ann', '70'] }]),
    loadOf(b, [{ upsert: ['1', 'bob', '30'] }]),
  ]
  const stored = async (): Promise<Checkpoint | null> => await world.writer.sink.readCheckpoint()

  test(`say that they are ${guarantee}`, () => {
    expect([world.writer.sink.guarantee, world.writer.sink.version]).toEqual([
      guarantee,
      expect.stringContaining(version),
    ])
  })

  test('bring rows, table records and the checkpoint into the target', async () => {
    const record = { table: world.table.id, state: { tag: 'streaming', generation: 1 } } as const
    const next = await apply(world.writer, world.position, transfer(), { tables: [record] })
    await world.writer.sink.untilVisible()
    expect([await world.rowsOf('a'), await world.rowsOf('b')]).toEqual([['1 ann 70'], ['1 bob 30']])
    expect(await stored()).toEqual(next)
    expect((await world.writer.sink.takeOver(world.writer.ownership)).tables).toEqual([record])
  })

  test('follow one another: the last state of a key stays, deletes take it away', async () => {
    let at = await apply(world.writer, world.position, [
      loadOf(world.table, [{ upsert: ['1', 'ann', '1'] }, { upsert: ['2', 'bob', '2'] }]),
    ])
    at = await apply(world.writer, at, [
      loadOf(world.table, [{ upsert: ['2', 'bob', '3'] }, { remove: ['1', null, null] }]),
    ])
    await apply(world.writer, at, [])
    await world.writer.sink.untilVisible()
    expect(await world.rowsOf('a')).toEqual(['2 bob 3'])
  })

  test('carry JSON lines, and several loads of one table in order', async () => {
    const json = (balance: string) => loadOf(world.table, [{ upsert: ['1', '\\N', balance] }], 'json')
    await apply(world.writer, world.position, [json('1'), json('2'), json('3')])
    await world.writer.sink.untilVisible()
    expect(await world.rowsOf('a')).toEqual(['1 \\N 3'])
  })

  const lost: readonly (readonly [string, StandInFault])[] = (
    ['begin', 'load', 'commit', 'get_load_state'] as const
  ).flatMap((path) =>
    (['cut-before', 'cut-after'] as const).flatMap((action) =>
      [0, 1].map((after) => [`${action} ${path} ${after}`, { match: { path, after }, action }] as const),
    ),
  )

  test.each(lost)('are in the target once when the connection is %s', async (_name, fault) => {
    await world.standIn.faults([fault])
    const next = await apply(world.writer, world.position, transfer())
    await world.standIn.clearFaults()
    const last = await apply(world.writer, next, [loadOf(world.table, [{ upsert: ['2', 'cid', '5'] }])])
    await world.writer.sink.untilVisible()
    expect([await world.rowsOf('a'), await world.rowsOf('b')]).toEqual([['1 ann 70', '2 cid 5'], ['1 bob 30']])
    expect(await stored()).toEqual(last)
    expect(last.number).toBe(world.position.number + 2n)
  })

  test('that were answered OK and are not in the target are not believed', async () => {
    await world.standIn.faults([{ match: { path: 'commit' }, action: 'false-ok' }])
    await expect(attempt(world.writer, world.position, transfer())).rejects.toMatchObject({
      code: 'SINK_TRANSACTION_LOST',
    })
    expect(await stored()).toEqual(world.position)
    expect(await apply(world.writer, world.position, transfer())).toEqual(following(world.position))
  })

  test('whose publishing takes long are a success; who reads waits', async () => {
    await world.standIn.faults([{ match: { path: 'commit' }, action: 'publish-timeout', ms: 300, times: 2 }])
    const next = await apply(world.writer, world.position, transfer())
    await world.writer.sink.untilVisible()
    expect([await world.rowsOf('a'), await world.rowsOf('b')]).toEqual([['1 ann 70'], ['1 bob 30']])
    expect(await stored()).toEqual(next)
  })

  test('that meet too many versions are tried again, and blame no row', async () => {
    await world.standIn.faults([{ match: { path: 'commit' }, action: 'too-many-versions' }])
    await expect(attempt(world.writer, world.position, transfer())).rejects.toMatchObject({ code: 'SINK_BUSY' })
    expect(await apply(world.writer, world.position, transfer())).toEqual(following(world.position))
  })

  test('are found in the target by a later call when the end of one could not be told', async () => {
    await world.standIn.faults([{ match: { path: 'commit' }, action: 'cut-after' }])
    if (guarantee === 'converging')
      await world.standIn.faults([{ match: { path: 'commit' }, action: 'cut-after', times: 2 }])
    await world.standIn.faults([{ match: { path: 'get_load_state', after: 0 }, action: 'cut-before', times: 4 }])
    const next = await apply(world.writer, world.position, transfer())
    expect(next).toEqual(following(world.position))
    expect(await stored()).toEqual(next)
  })

  test('survive that a back end forgets what was begun', async () => {
    const opening = await world.writer.sink.openBatch(world.position, world.writer.ownership)
    if (opening.tag !== 'open') throw new Error('not open')
    await opening.writer.send(loadOf(world.table, [{ upsert: ['1', 'ann', '70'] }]))
    await world.standIn.restartBackEnd()
    const committed = opening.writer.commit(following(world.position), [])
    const outcome = await committed.then(
      () => 'committed',
      async (error: unknown) => {
        await opening.writer.rollback()
        return error
      },
    )
    const next =
      outcome === 'committed'
        ? following(world.position)
        : await apply(world.writer, world.position, [loadOf(world.table, [{ upsert: ['1', 'ann', '70'] }])])
    await world.writer.sink.untilVisible()
    expect([await world.rowsOf('a'), await stored()]).toEqual([['1 ann 70'], next])
  })

  test('go on when the labels before are forgotten', async () => {
    const next = await apply(world.writer, world.position, transfer())
    await world.standIn.evictLabels()
    expect(await apply(world.writer, next, transfer())).toEqual(following(next))
    await world.writer.sink.untilVisible()
  })

  test('are refused when the row is another writer’s', async () => {
    const other = await writerOf(world.target, 'second')
    await begin(other)
    await other[Symbol.asyncDispose]()
    await expect(attempt(world.writer, world.position, transfer())).rejects.toMatchObject({ code: 'SINK_REPLACED' })
    expect(await world.rowsOf('a')).toEqual([])
  })

  test('are refused when the row is older than what was committed', async () => {
    const next = await apply(world.writer, world.position, transfer())
    await apply(world.writer, next, [])
    const restored = await writerOf(world.target, 'first')
    await expect(attempt(restored, following(following(next)), [])).rejects.toMatchObject({ code: 'CHECKPOINT_BEHIND' })
    await restored[Symbol.asyncDispose]()
  })

  test('are begun and committed under ownership only', async () => {
    const before = world.writer.ownership.confirmations
    await apply(world.writer, world.position, transfer())
    expect(world.writer.ownership.confirmations - before).toBeGreaterThanOrEqual(2)
    world.writer.ownership.owned = false
    await expect(attempt(world.writer, following(world.position), transfer())).rejects.toMatchObject({
      code: 'SINK_REPLACED',
    })
  })

  test('name the table and the row that the target refuses', async () => {
    const good = loadOf(b, [{ upsert: ['1', 'bob', '30'] }])
    const bad = loadOf(world.table, [{ upsert: ['1', 'ann', '70'] }, { upsert: ['2', 'bad', '5'] }])
    const spoilt = { ...bad, body: Buffer.from(bad.body.toString('latin1').replace('5', 'x'), 'latin1') }
    await expect(attempt(world.writer, world.position, [good, spoilt])).rejects.toMatchObject({ code: 'ROW_REJECTED' })
    const rejected = await world.writer.sink.findRejected([good, spoilt], world.writer.ownership)
    expect(rejected).toMatchObject([{ table: 'public.a', rowKey: '2' }])
    expect(rejected[0]?.reason).not.toContain("'x'")
    expect(await apply(world.writer, world.position, [good])).toEqual(following(world.position))
    await world.writer.sink.untilVisible()
    expect([await world.rowsOf('a'), await world.rowsOf('b')]).toEqual([[], ['1 bob 30']])
  })

  test('a trouble that passes is nobody’s fault', async () => {
    await world.standIn.faults([{ match: { path: 'load' }, action: 'cut-before', times: 2 }])
    await expect(world.writer.sink.findRejected(transfer(), world.writer.ownership)).rejects.toMatchObject({
      retry: 'auto',
    })
  })
})
