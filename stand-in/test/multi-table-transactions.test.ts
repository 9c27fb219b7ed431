import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn
let label = ''
let next = 0

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; CREATE DATABASE other; USE d;
    CREATE TABLE t (k INT, v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    CREATE TABLE u (k INT, v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())
beforeEach(async () => {
  label = `m${next++}`
  await sr.sql.query('TRUNCATE TABLE t; TRUNCATE TABLE u')
})

const multi = (step: string, headers: Record<string, string> = {}, body?: string) =>
  sr.txn(step, { label, transaction_type: 'multi', ...headers }, body)
const load = (table: string, body: string, headers: Record<string, string> = {}) =>
  multi('load', { table, ...headers }, body)
const counts = () => sr.rows('SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM u)')

describe('transactions of several tables (starrocks.md 2.1)', () => {
  it('makes rows of all tables visible together', async () => {
    expect(await multi('begin', { timeout: '60' })).toEqual({ Status: 'OK', Message: '' })
    expect(await sr.state(label)).toBe('UNKNOWN')
    const replies = await Promise.all([load('t', '1\ta\n'), load('u', '1\tb\n')])
    expect(replies.map((reply) => reply['Status'])).toEqual(['OK', 'OK'])
    expect(replies[0]?.['TxnId']).toBe(replies[1]?.['TxnId'])
    expect(await sr.state(label)).toBe('PREPARE')
    expect(await counts()).toEqual([['0', '0']])
    expect(await multi('commit')).toMatchObject({ Status: 'OK' })
    expect(await sr.state(label)).toBe('VISIBLE')
    expect(await counts()).toEqual([['1', '1']])
  })

  it('never shows a part of a commit to a reader', async () => {
    const seen = new Set<string>()
    let isRunning = true
    const reader = (async () => {
      while (isRunning)
        seen.add(String((await sr.rows('SELECT (SELECT sum(k) FROM t) - (SELECT sum(k) FROM u)'))[0]?.[0]))
    })()
    for (let round = 1; round <= 20; round++) {
      label = `r${round}_${next}`
      await multi('begin', { timeout: '60' })
      const rows = Array.from({ length: round % 5 === 0 ? 3000 : 3 }, (_, index) => `${index}\tv${round}\n`).join('')
      await Promise.all([load('t', `${round + 5000}\tx\n${rows}`), load('u', `${round + 5000}\tx\n${rows}`)])
      await multi('commit')
    }
    isRunning = false
    await reader
    seen.delete('null')
    expect([...seen]).toEqual(['0'])
  })

  it('appends several loads of one table in order', async () => {
    await multi('begin')
    await load('t', '1\tfirst\n')
    await load('t', '1\tsecond\n2\tx\n')
    await load('t', '2\tlast\n')
    await multi('commit')
    expect(await sr.rows('SELECT k, v FROM t ORDER BY k')).toEqual([
      [1, 'second'],
      [2, 'last'],
    ])
  })

  it('has no prepare', async () => {
    await multi('begin')
    expect(await multi('prepare')).toMatchObject({
      Status: 'FAILED',
      Message: expect.stringContaining('Unsupported operation'),
    })
  })

  it('is refused by a BE', async () => {
    expect(await sr.be('POST', '/api/transaction/begin', { label, db: 'd', transaction_type: 'multi' })).toMatchObject({
      Status: 'INVALID_ARGUMENT',
      Message: 'Multi-statement transaction requests can only be sent to FE nodes, not BE nodes',
    })
  })

  it('judges rows at commit, and then nothing of any table is there', async () => {
    await multi('begin')
    await load('t', '1\ta\n')
    expect((await load('u', 'x\tb\n', { strict_mode: 'true' }))['Status']).toBe('OK')
    expect(await multi('commit')).toMatchObject({ Status: 'FAILED', Message: 'too many filtered rows' })
    expect([await sr.state(label), await counts()]).toEqual(['ABORTED', [['0', '0']]])
  })

  it('is aborted whole by a failed load', async () => {
    await multi('begin')
    await load('t', '1\ta\n')
    expect((await load('u', '{"k":', { format: 'json' }))['Status']).toBe('INTERNAL_ERROR')
    expect(await sr.state(label)).toBe('ABORTED')
    expect(await multi('commit')).toMatchObject({
      Status: 'FAILED',
      Message: expect.stringContaining('Can not commit CANCELLED transaction'),
    })
    expect(await load('t', '2\tb\n')).toMatchObject({
      Status: 'FAILED',
      Message: expect.stringContaining('has already been cancelled'),
    })
  })

  it('is aborted by a load into an unknown table or another database', async () => {
    await multi('begin')
    expect(await load('nope', '1\ta\n')).toMatchObject({
      Status: 'FAILED',
      Message: expect.stringContaining('Failed to find table nope in db d'),
    })
    expect(await sr.state(label)).toBe('ABORTED')
    label = `${label}b`
    await multi('begin')
    expect(await load('t', '1\ta\n', { db: 'other' })).toMatchObject({
      Status: 'FAILED',
      Message: expect.stringContaining('Request database other not equal transaction database d'),
    })
  })

  it('keeps an aborted label for itself, in the whole cluster', async () => {
    await multi('begin')
    expect(await multi('begin')).toMatchObject({
      Status: 'LABEL_ALREADY_EXISTS',
      ExistingJobStatus: 'BEGIN',
      Message: expect.stringContaining(`Transaction already started with label [${label}], txnId: `),
    })
    await multi('rollback')
    for (const db of ['d', 'other']) {
      expect(await multi('begin', { db })).toMatchObject({
        Status: 'LABEL_ALREADY_EXISTS',
        ExistingJobStatus: 'CANCELLED',
      })
    }
  })

  it('says that a committed label has been used', async () => {
    await multi('begin')
    await load('t', '1\ta\n')
    await multi('commit')
    expect(await multi('begin')).toMatchObject({
      Status: 'LABEL_ALREADY_EXISTS',
      ExistingJobStatus: 'COMMITED',
      Message: `Label [${label}] has already been used.`,
    })
    expect(await multi('commit')).toMatchObject({
      Status: 'OK',
      Message: expect.stringContaining('has already committed'),
    })
    expect(await multi('rollback')).toMatchObject({
      Status: 'FAILED',
      Message: expect.stringMatching(/^Can not abort VISIBLE transaction \d+, label is m/),
    })
  })

  it('rolls back, twice', async () => {
    await multi('begin')
    await load('t', '1\ta\n')
    expect(await multi('rollback')).toMatchObject({ Status: 'OK', Message: `stream load ${label} abort` })
    expect(await multi('rollback')).toMatchObject({
      Status: 'OK',
      Message: expect.stringContaining('has already aborted'),
    })
    expect(await counts()).toEqual([['0', '0']])
  })

  it('takes nothing else while it commits', async () => {
    await multi('begin')
    await load('t', '1\ta\n')
    await sr.fault({ match: { path: 'commit', label: `^${label}$` }, action: 'slow-publish', ms: 300 })
    const committed = multi('commit', { timeout: '10' })
    await expect.poll(() => sr.state(label)).toBe('COMMITTED')
    const answers = [await load('t', '2\tb\n'), await multi('rollback'), await multi('commit')]
    expect(answers.map((answer) => [answer['Status'], String(answer['Message'])])).toEqual([
      ['FAILED', expect.stringContaining(`stream load task ${label} is committing, can not accept new loads`)],
      ['FAILED', expect.stringMatching(/^Can not abort transaction \d+ during committing, label is m/)],
      ['FAILED', expect.stringMatching(/^Transaction \d+ is already committing, label is m/)],
    ])
    expect((await committed)['Status']).toBe('OK')
    expect(await counts()).toEqual([['1', '0']])
  })

  it('commits nothing with OK', async () => {
    await multi('begin')
    expect(await multi('commit')).toMatchObject({ Status: 'OK' })
  })

  it('does not know labels that nobody began', async () => {
    expect(await load('t', '1\ta\n')).toMatchObject({
      Status: 'FAILED',
      Message: expect.stringContaining(`stream load task ${label} does not exist`),
    })
    expect((await multi('commit'))['Message']).toContain('does not exist')
  })

  it('lives as long as begin said, whatever is loaded meanwhile', async () => {
    await multi('begin', { timeout: '1' })
    await load('t', '1\ta\n')
    await expect.poll(() => sr.state(label), { timeout: 4000 }).toBe('ABORTED')
    expect((await multi('commit'))['Status']).toBe('FAILED')
  })

  it('wants identical parameters for each table, not for all', async () => {
    await multi('begin')
    await load('t', '1\ta\n')
    expect((await load('u', '1,b\n', { column_separator: ',' }))['Status']).toBe('OK')
    expect((await load('t', '2,b\n', { column_separator: ',' }))['Message']).toBe('load request not equal last.')
    expect(await sr.state(label)).toBe('ABORTED')
  })

  it('loads bodies far beyond one batch', async () => {
    await multi('begin', { timeout: '60' })
    const body = Array.from({ length: 30_000 }, (_, index) => `${index % 20_000}\tv${index}\n`).join('')
    await Promise.all([load('t', body), load('u', body)])
    await multi('commit')
    expect(await sr.rows('SELECT count(*), count(DISTINCT k) FROM t')).toEqual([['20000', '20000']])
    expect(await sr.rows('SELECT v FROM u WHERE k IN (1, 15000) ORDER BY k')).toEqual([['v20001'], ['v15000']])
  })
})

describe('before 4.0 (starrocks.md 2.1)', () => {
  it('knows no transactions of several tables', async () => {
    await using old = await RunningStandIn.start(['--version', '3.5.2'])
    await old.sql.query('CREATE DATABASE d')
    expect((await old.txn('begin', { label: 'x', transaction_type: 'multi' }))['Status']).not.toBe('OK')
  })
})
