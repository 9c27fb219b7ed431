import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const schema = `CREATE DATABASE d; USE d;
  CREATE TABLE t (k INT, v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
  CREATE TABLE _sync_c (k INT, v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`

describe('a restart (starrocks.md 2, 12)', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s keeps rows, labels and PREPARED, and loses PREPARE',
    async (signal) => {
      const first = await RunningStandIn.start()
      await first.sql.query(schema)
      await first.load('t', '1\ta\n', { label: 'done' })
      await first.load('t', 'x\ta\n', { label: 'failed', strict_mode: 'true' })
      for (const label of ['prepared', 'open']) {
        await first.txn('begin', { label, table: 't' })
        await first.txn('load', { label, table: 't' }, `${label.length}\t${label}\n`)
      }
      await first.txn('prepare', { label: 'prepared' })
      await first.sql.query('ALTER TABLE t RENAME t2')
      await using second = await first.restart(signal)
      await second.sql.query('USE d')
      expect(await Promise.all(['done', 'failed', 'prepared', 'open'].map((label) => second.state(label)))).toEqual([
        'VISIBLE',
        'ABORTED',
        'PREPARED',
        'UNKNOWN',
      ])
      expect(await second.rows('SELECT * FROM t2')).toEqual([[1, 'a']])
      expect(await second.load('t2', '1\tzz\n', { label: 'done' })).toMatchObject({ Status: 'Label Already Exists' })
      expect((await second.txn('commit', { label: 'prepared' }))['Status']).toBe('OK')
      expect(await second.rows('SELECT * FROM t2 ORDER BY k')).toEqual([
        [1, 'a'],
        [8, 'prepared'],
      ])
      expect((await second.txn('commit', { label: 'open' }))['Message']).toContain('No transaction found')
    },
  )

  it('cancels the task of a transaction of several tables, whose label stays taken (2.1)', async () => {
    const first = await RunningStandIn.start()
    await first.sql.query(schema)
    const multi = (label: string) => ({ label, transaction_type: 'multi' })
    for (const label of ['lost', 'done']) {
      await first.txn('begin', multi(label))
      await first.txn('load', { ...multi(label), table: 't' }, '1\ta\n')
    }
    await first.txn('commit', multi('done'))
    const second = await first.restart('SIGKILL')
    await using third = await second.restart('SIGTERM')
    expect(await Promise.all(['lost', 'done'].map((label) => third.txn('begin', multi(label))))).toMatchObject([
      { Status: 'LABEL_ALREADY_EXISTS', ExistingJobStatus: 'CANCELLED' },
      { Status: 'LABEL_ALREADY_EXISTS', ExistingJobStatus: 'COMMITED' },
    ])
    expect((await third.txn('load', { ...multi('lost'), table: 't' }, '1\ta\n'))['Message']).toContain(
      'stream load task lost has already been cancelled: cancelled after FE restart',
    )
    expect(await third.state('lost')).toBe('UNKNOWN')
  })

  it('publishes what was COMMITTED and not yet VISIBLE', async () => {
    const first = await RunningStandIn.start()
    await first.sql.query(schema)
    await first.fault({ match: { path: 'stream_load' }, action: 'publish-timeout', ms: 600_000 })
    expect((await first.load('t', '1\ta\n', { label: 'slow' }))['Status']).toBe('Publish Timeout')
    await using second = await first.restart('SIGKILL')
    expect(await second.state('slow')).toBe('VISIBLE')
    expect(await second.rows('SELECT * FROM d.t')).toEqual([[1, 'a']])
  })

  it('ends with 0 on SIGTERM', async () => {
    const running = await RunningStandIn.start()
    expect(await running.stop('SIGTERM')).toBe(0)
    await running[Symbol.asyncDispose]()
  })
})

describe('faults (starrocks.md 12)', () => {
  let sr: RunningStandIn
  let label = ''
  let next = 0

  beforeAll(async () => {
    sr = await RunningStandIn.start(['--max-running-txns', '3'])
    await sr.sql.query(schema)
  })
  afterAll(async () => sr[Symbol.asyncDispose]())
  beforeEach(async () => {
    label = `f${next++}`
    await sr.raw('adminPort', 'DELETE', '/faults')
    await sr.sql.query('TRUNCATE TABLE t')
  })

  const count = async () => (await sr.rows('SELECT count(*) FROM t'))[0]?.[0]
  const multi = async (): Promise<void> => {
    await sr.txn('begin', { label, transaction_type: 'multi', timeout: '60' })
    await sr.txn('load', { label, transaction_type: 'multi', table: 't' }, '1\ta\n')
  }
  const commit = () => sr.txn('commit', { label, transaction_type: 'multi' })

  it('cuts the connection before the work', async () => {
    await multi()
    await sr.fault({ match: { path: 'commit', label: `^${label}$` }, action: 'cut-before' })
    await expect(commit()).rejects.toThrow('socket hang up')
    expect([await sr.state(label), await count()]).toEqual(['PREPARE', '0'])
    expect((await commit())['Status']).toBe('OK')
  })

  it('cuts the connection after the work', async () => {
    await multi()
    await sr.fault({ match: { path: 'commit' }, action: 'cut-after' })
    await expect(commit()).rejects.toThrow('socket hang up')
    expect([await sr.state(label), await count()]).toEqual(['VISIBLE', '1'])
  })

  it('cuts a load after the work, for the nth request and n times', async () => {
    await sr.fault({ match: { path: 'stream_load', table: 't', after: 1 }, action: 'cut-after', times: 2 })
    expect((await sr.load('t', '1\ta\n'))['Status']).toBe('Success')
    await expect(sr.load('t', '2\ta\n')).rejects.toThrow('socket hang up')
    await expect(sr.load('t', '3\ta\n')).rejects.toThrow('socket hang up')
    expect((await sr.load('t', '4\ta\n'))['Status']).toBe('Success')
    expect(await count()).toBe('4')
  })

  it('answers Publish Timeout, and makes the rows visible later', async () => {
    await sr.fault({ match: { path: 'stream_load' }, action: 'publish-timeout', ms: 300 })
    expect((await sr.load('t', '1\ta\n', { label }))['Status']).toBe('Publish Timeout')
    expect([await sr.state(label), await count()]).toEqual(['COMMITTED', '0'])
    expect(await sr.load('t', '1\tb\n', { label })).toMatchObject({
      Status: 'Label Already Exists',
      ExistingJobStatus: 'FINISHED',
    })
    await expect.poll(() => sr.state(label)).toBe('VISIBLE')
    expect(await count()).toBe('1')
  })

  it('publishes commits of one table in their order', async () => {
    await sr.fault({ match: { path: 'stream_load' }, action: 'publish-timeout', ms: 300 })
    await sr.load('t', '1\tfirst\n', { label })
    expect((await sr.load('t', '1\tsecond\n'))['Status']).toBe('Success')
    expect([await sr.state(label), await sr.rows('SELECT v FROM t')]).toEqual(['VISIBLE', [['second']]])
  })

  it('answers OK to a multi-table commit that is only COMMITTED', async () => {
    await multi()
    await sr.fault({ match: { path: 'commit' }, action: 'publish-timeout', ms: 200 })
    expect((await commit())['Status']).toBe('OK')
    expect(await sr.state(label)).toBe('COMMITTED')
    await expect.poll(() => sr.state(label)).toBe('VISIBLE')
  })

  it('answers OK to a commit that failed', async () => {
    await multi()
    await sr.fault({ match: { path: 'commit' }, action: 'false-ok' })
    expect((await commit())['Status']).toBe('OK')
    expect([await sr.state(label), await count()]).toEqual(['ABORTED', '0'])
  })

  it.each([
    [
      { action: 'too-many-versions' },
      'Failed to load data into tablet 10012, because of too many versions, current/limit: 1230/1000',
    ],
    [{ action: 'fail', text: 'Memory of process exceed limit' }, 'Memory of process exceed limit'],
  ])('fails with %j', async (fault, message) => {
    await sr.fault({ match: { path: 'stream_load' }, ...fault })
    expect(await sr.load('t', '1\ta\n', { label })).toMatchObject({
      Status: 'Fail',
      Message: expect.stringContaining(message),
    })
    expect((await sr.load('t', '1\ta\n', { label }))['Status']).toBe('Success')
  })

  it('delays', async () => {
    await sr.fault({ match: { path: 'get_load_state' }, action: 'delay', ms: 300 })
    const began = performance.now()
    await sr.state('x')
    expect(performance.now() - began).toBeGreaterThan(290)
  })

  it('evicts labels', async () => {
    await sr.load('t', '1\ta\n', { label })
    await sr.raw('adminPort', 'POST', '/evict-labels')
    expect(await sr.state(label)).toBe('UNKNOWN')
    expect((await sr.load('t', '1\tagain\n', { label }))['Status']).toBe('Success')
  })

  it('restarts the BE: PREPARE is lost, PREPARED survives', async () => {
    await multi()
    const [open, prepared] = [`${label}o`, `${label}p`]
    for (const single of [open, prepared]) {
      await sr.txn('begin', { label: single, table: 't' })
      await sr.txn('load', { label: single, table: 't' }, '5\ta\n')
    }
    await sr.txn('prepare', { label: prepared })
    expect((await sr.raw('adminPort', 'POST', '/restart-be')).json).toEqual({ lost: 2 })
    expect([await sr.state(label), await sr.state(open), await sr.state(prepared)]).toEqual([
      'ABORTED',
      'ABORTED',
      'PREPARED',
    ])
    expect((await commit())['Status']).toBe('FAILED')
    expect((await sr.txn('commit', { label: prepared }))['Status']).toBe('OK')
  })

  it('caps the running transactions of a database', async () => {
    const labels = [1, 2, 3].map((index) => `${label}_${index}`)
    for (const name of labels) await sr.txn('begin', { label: name, table: 't' })
    expect((await sr.txn('begin', { label, table: 't' }))['Message']).toMatch(
      /^current running txns on db \d+ is 3, larger than limit 3$/,
    )
    expect((await sr.load('t', '1\ta\n'))['Message']).toContain('current running txns on db')
    for (const name of labels) await sr.txn('rollback', { label: name })
  })

  it('refuses faults that it does not know', async () => {
    expect(
      (await sr.raw('adminPort', 'POST', '/faults', {}, '[{"match":{"path":"commit"},"action":"explode"}]')).status,
    ).toBe(400)
  })
})

describe('--discard and --log', () => {
  it('throws rows away but for _sync_ tables, and writes what it was asked', async () => {
    const first = await RunningStandIn.start()
    const log = join(first.dataDir, 'requests.log')
    await using sr = await first.restart('SIGTERM', ['--discard', '--log', log])
    await sr.sql.query(schema)
    expect(await sr.load('t', '1\ta\n2\tb\nnonsense\n')).toMatchObject({ Status: 'Success', NumberLoadedRows: 3 })
    await sr.load('_sync_c', '1\ta\n', { label: 'kept' })
    expect(await sr.rows('SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM _sync_c)')).toEqual([['0', '1']])
    await sr.stop('SIGTERM')
    const entries = readFileSync(log, 'utf8').trim().split('\n')
    expect(entries.some((line) => line.includes('"label":"kept"') && line.includes('"Success"'))).toBe(true)
    expect(entries.some((line) => line.includes('CREATE DATABASE d'))).toBe(true)
  })
})
