import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE t (k INT, v VARCHAR(5)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())
beforeEach(async () => {
  await sr.sql.query('TRUNCATE TABLE t')
})

const merge = { enable_merge_commit: 'true', merge_commit_interval_ms: '150', merge_commit_parallel: '1' }
const count = async (): Promise<unknown> => (await sr.rows('SELECT count(*) FROM t'))[0]?.[0]

describe('merge commit (starrocks.md 2.3)', () => {
  it('makes one transaction of the requests of one interval', async () => {
    const replies = await Promise.all([1, 2, 3].map((k) => sr.load('t', `${k}\ta\n`, merge)))
    expect(replies.map((reply) => reply['Status'])).toEqual(['Success', 'Success', 'Success'])
    expect(new Set(replies.map((reply) => reply['TxnId'])).size).toBe(1)
    expect(new Set(replies.map((reply) => reply['Label'])).size).toBe(1)
    expect(await count()).toBe('3')
    const [before, after] = [replies[0]?.['TxnId'], (await sr.load('t', '9\ta\n', merge))['TxnId']]
    expect(after).not.toBe(before)
  })

  it('keeps the label of the client as RequestId only: the same label loads again', async () => {
    const named = { ...merge, label: 'mine' }
    const first = await sr.load('t', '1\ta\n', named)
    const second = await sr.load('t', '1\tb\n', named)
    expect([first['RequestId'], second['RequestId']]).toEqual(['mine', 'mine'])
    expect([first['Label'] !== 'mine', second['Status']]).toEqual([true, 'Success'])
    expect(await sr.state('mine')).toBe('UNKNOWN')
    expect(Object.keys(second)).toEqual(
      expect.arrayContaining(['LeftTimeMs', 'PendingTimeMs', 'WaitPlanTimeMs', 'WaitFinishTimeMs']),
    )
  })

  it('fails every request of the transaction for one bad row', async () => {
    const replies = await Promise.all(
      ['1\ta\n', 'x\ttoo long\n'].map((body) => sr.load('t', body, { ...merge, strict_mode: 'true' })),
    )
    for (const reply of replies) {
      expect(reply).toMatchObject({
        Status: 'Fail',
        Message: expect.stringContaining('Load is aborted, reason: too many filtered rows'),
      })
    }
    expect(await count()).toBe('0')
  })

  it('parts requests whose parameters differ', async () => {
    const replies = await Promise.all(
      [{ columns: 'k,v' }, { columns: 'k' }].map((more, index) =>
        sr.load('t', index === 0 ? '1\ta\n' : '2\n', { ...merge, ...more }),
      ),
    )
    expect(new Set(replies.map((reply) => reply['TxnId'])).size).toBe(2)
    expect(await count()).toBe('2')
  })

  it('refuses the last row of a body without its delimiter', async () => {
    expect((await sr.load('t', '1\ta', merge))['Status']).toBe('Fail')
  })

  it('answers before the rows are durable when it is asynchronous', async () => {
    const reply = await sr.load('t', '1\ta\n', { ...merge, merge_commit_async: 'true' })
    expect([reply['Status'], await count()]).toEqual(['Success', '0'])
    await expect.poll(count).toBe('1')
  })

  it.each([
    [{ merge_commit_interval_ms: '' }, 'Batch write interval must be set positive, but is null'],
    [{ merge_commit_parallel: '0' }, 'Batch write parallel must be set positive, but is 0'],
  ])('refuses %j at the FE', async (headers, msg) => {
    expect(await sr.load('t', '1\ta\n', { ...merge, ...headers })).toEqual({
      status: 'FAILED',
      code: 'INVALID_ARGUMENT',
      msg,
      message: msg,
    })
  })
})
