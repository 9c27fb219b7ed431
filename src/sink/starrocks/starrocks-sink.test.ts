import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPosition } from '../../core/checkpoint.ts'
import { SyncError } from '../../core/sync-error.ts'
import { realClock } from '../../../test/support/real-clock.ts'
import { labelPrefix } from './labels.ts'
import { checkTarget } from './preflight/check-target.ts'
import { runningTransactions } from './running-transactions.ts'
import { SqlClient } from './mysql/sql-client.ts'
import { StateReader } from './state/state-reader.ts'
import { apply, ask, begin, following, loadOf, openAccounts, targetOf, writerOf } from './testing/sink-fixture.ts'
import { StandInProcess } from '../../../test/support/stand-in-process.ts'

describe('the sink', { timeout: 60_000 }, () => {
  let standIn: StandInProcess

  beforeAll(async () => {
    standIn = await StandInProcess.start()
  })
  afterAll(async () => {
    await standIn?.[Symbol.asyncDispose]()
  })

  test('finds no checkpoint before anything is prepared, and again none before the first', async () => {
    await using writer = await writerOf(targetOf(standIn, { database: 'fresh' }), 'first')
    expect(await writer.sink.readCheckpoint()).toBeNull()
    await writer.sink.prepare()
    await writer.sink.prepare()
    expect(await writer.sink.readCheckpoint()).toBeNull()
    expect(await writer.sink.takeOver(writer.ownership)).toEqual({ checkpoint: null, tables: [], chunks: [] })
  })

  test('refuses a wrong password', async () => {
    await expect(writerOf(targetOf(standIn, { password: 'wrong' }), 'first')).rejects.toMatchObject({
      code: 'SINK_AUTH',
    })
  })

  test('goes on with another front end when the first is dead', async () => {
    const { feHttp, feMysql } = targetOf(standIn)
    const target = targetOf(standIn, {
      database: 'failover',
      feHttp: ['http://127.0.0.1:1', ...feHttp],
      feMysql: [{ host: '127.0.0.1', port: 1 }, ...feMysql],
    })
    await using writer = await writerOf(target, 'first')
    const at = await begin(writer)
    const table = await openAccounts(writer, 'a', 'failover')
    expect(await apply(writer, at, [loadOf(table, [{ upsert: ['1', 'ann', '1'] }])])).toEqual(following(at))
  })

  test('cannot span databases in one transaction, says so, and keeps their tables equal in the end', async () => {
    const target = targetOf(standIn, { database: 'one', otherDatabases: ['two'] })
    await using writer = await writerOf(target, 'first')
    expect(writer.sink.guarantee).toBe('converging')
    const at = await begin(writer)
    const a = await openAccounts(writer, 'a', 'one')
    const b = await openAccounts(writer, 'a', 'two')
    const loads = [loadOf(a, [{ upsert: ['1', 'ann', '1'] }]), loadOf(b, [{ upsert: ['1', 'bob', '2'] }])]
    const opening = await writer.sink.openBatch(at, writer.ownership)
    if (opening.tag !== 'open') throw new Error('not open')
    for (const load of loads) await opening.writer.send(load)
    // What a dead process left open in both databases is ended by its successor.
    await using successor = await writerOf(target, 'second')
    const next = await begin(successor)
    await expect(opening.writer.commit(following(at), [])).rejects.toMatchObject({ retry: 'auto' })
    expect(await ask(target, 'SELECT count(*) FROM one.a UNION ALL SELECT count(*) FROM two.a')).toEqual(['0', '0'])
    const again = [await openAccounts(successor, 'a', 'one'), await openAccounts(successor, 'a', 'two')]
    await apply(
      successor,
      next,
      loads.map((load, i) => ({ ...load, table: again[i] ?? a })),
    )
    await successor.sink.untilVisible()
    expect(await ask(target, 'SELECT owner FROM one.a UNION ALL SELECT owner FROM two.a')).toEqual(['ann', 'bob'])
  })

  test.each([true, false])('ends what a dead process left open (may list transactions: %s)', async (mayList) => {
    const target = targetOf(standIn, { database: `sweep_${mayList}` })
    await using dead = await writerOf(target, 'dead')
    const at = await begin(dead)
    const table = await openAccounts(dead, 'a', target.database)
    const opening = await dead.sink.openBatch(at, dead.ownership)
    if (opening.tag !== 'open') throw new Error('not open')
    await opening.writer.send(loadOf(table, [{ upsert: ['1', 'ann', '1'] }]))
    const limits = { connectMs: 2_000, queryMs: 2_000, limit: 1 }
    await using client = new SqlClient({ addresses: target.feMysql, user: 'root', password: '', ...limits })
    const prefix = labelPrefix({ database: target.database, pipeline: 'shop' })
    const listed = async () =>
      (await runningTransactions(client, target.database, prefix))?.map(({ isMulti }) => isMulti)
    expect(await listed()).toEqual([true])
    const text = 'Access denied; you need (at least one of) the OPERATE privilege(s) on SYSTEM for this operation'
    const denial = { match: { path: 'query', sql: 'SHOW PROC' }, action: 'fail', text, times: 10 } as const
    if (!mayList) await standIn.faults([denial])
    expect(await listed()).toEqual(mayList ? [true] : undefined)
    await using successor = await writerOf(target, 'second')
    await successor.sink.takeOver(successor.ownership)
    await standIn.clearFaults()
    expect(await listed()).toEqual([])
  })

  test('set up anew begins at once, whatever is known under its labels, and shuts out a process of before', async () => {
    const target = targetOf(standIn, { database: 'anew' })
    await using before = await writerOf(target, 'before')
    const at = await begin(before)
    const stalled = await before.sink.openBatch(at, before.ownership)
    if (stalled.tag !== 'open') throw new Error('not open')
    const limits = { connectMs: 2_000, queryMs: 2_000, limit: 1 }
    await using client = new SqlClient({ addresses: target.feMysql, user: 'root', password: '', ...limits })
    await new StateReader(client, { database: 'anew', pipeline: 'shop' }).startAnew()
    await using after = await writerOf(target, 'after')
    const { checkpoint: found } = await after.sink.takeOver(after.ownership)
    if (found === null) throw new Error('the row is gone')
    expect(hasPosition(found)).toBe(false)
    const opening = await after.sink.openBatch(found, after.ownership)
    if (opening.tag !== 'open') throw new Error('not open')
    await opening.writer.commit(following(found, { epoch: found.epoch + 1n, writerId: 'after' }), [])
    await expect(stalled.writer.commit(following(at), [])).rejects.toThrow(SyncError)
    await after.sink.untilVisible()
    expect(await after.sink.readCheckpoint()).toMatchObject({ number: at.number + 1n, writerId: 'after' })
  })

  test('is told apart from another pipeline in the same database', async () => {
    const target = targetOf(standIn, { database: 'shared' })
    await using one = await writerOf(target, 'one', 'first-pipeline')
    await using two = await writerOf(target, 'two', 'second-pipeline')
    const at = await begin(one)
    const theirs = await begin(two)
    const table = await openAccounts(one, 'a', 'shared')
    const opening = await one.sink.openBatch(at, one.ownership)
    if (opening.tag !== 'open') throw new Error('not open')
    await opening.writer.send(loadOf(table, [{ upsert: ['1', 'ann', '1'] }]))
    await two.sink.takeOver(two.ownership)
    await opening.writer.commit(following(at), [])
    expect(await two.sink.readCheckpoint()).toEqual(theirs)
    expect(await one.sink.readCheckpoint()).toEqual(following(at))
  })
})

describe('preflight against a server', () => {
  test('finds the guarantee when all is well, and names what is not', async () => {
    await using standIn = await StandInProcess.start(['--version', '3.2.1'])
    const codes = async (target: Parameters<typeof checkTarget>[0]): Promise<readonly string[]> =>
      (await checkTarget(target, realClock)).map(({ level, code }) => `${level} ${code}`)
    expect(await codes(targetOf(standIn))).toEqual(['warning TARGET_GUARANTEE'])
    expect(await codes(targetOf(standIn, { properties: {} }))).toContain('error TARGET_REPLICATION')
    expect(await codes(targetOf(standIn, { password: 'wrong' }))).toContain('error TARGET_AUTH')
    expect(await codes(targetOf(standIn, { beHostMap: { '127.0.0.1': '127.0.0.1:1' } }))).toContain(
      'error TARGET_BE_UNREACHABLE',
    )
    expect(await codes(targetOf(standIn, { feHttp: ['http://127.0.0.1:1'] }))).toContain('error TARGET_FE_UNREACHABLE')
  })
})
