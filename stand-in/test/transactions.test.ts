import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { httpRequest } from './support/http-client.ts'
import { type Reply, RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; CREATE DATABASE other; USE d;
    CREATE TABLE t (k INT, v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    CREATE TABLE u (k INT, v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

const rows = () => sr.rows('SELECT k, v FROM t ORDER BY k')

async function begin(label: string, headers: Record<string, string> = {}): Promise<Reply> {
  await sr.sql.query('TRUNCATE TABLE t')
  return await sr.txn('begin', { label, table: 't', ...headers })
}

const idOf = (reply: Reply): string => String(reply['TxnId'])

const load = (label: string, body: string, headers: Record<string, string> = {}) =>
  sr.txn('load', { label, table: 't', ...headers }, body)

describe('transactions of one table (starrocks.md 2)', () => {
  it('goes through begin, load, prepare, commit; rows are visible after commit only', async () => {
    const begun = await begin('a1')
    expect(begun).toMatchObject({ Status: 'OK', Message: '', Label: 'a1', BeginTxnTimeMs: 0 })
    expect(await sr.state('a1')).toBe('PREPARE')
    expect(await load('a1', '1\ta\n')).toMatchObject({ Status: 'OK', TxnId: begun['TxnId'], LoadBytes: 4 })
    expect(await load('a1', '2\tb\n')).toMatchObject({ Status: 'OK', LoadBytes: 4 })
    expect(await sr.txn('prepare', { label: 'a1' })).toMatchObject({
      Status: 'OK',
      NumberTotalRows: 2,
      NumberLoadedRows: 2,
      NumberFilteredRows: 0,
      LoadBytes: 8,
    })
    expect(await sr.state('a1')).toBe('PREPARED')
    expect(await rows()).toEqual([])
    expect(await sr.txn('commit', { label: 'a1' })).toMatchObject({ Status: 'OK', Label: 'a1', TxnId: begun['TxnId'] })
    expect(await sr.state('a1')).toBe('VISIBLE')
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
  })

  it('commits without prepare', async () => {
    await begin('a2')
    await load('a2', '1\ta\n')
    expect(await sr.txn('commit', { label: 'a2' })).toMatchObject({ Status: 'OK', NumberLoadedRows: 1 })
    expect(await rows()).toEqual([[1, 'a']])
  })

  it('answers a second commit OK, and refuses to roll back what is committed', async () => {
    const id = idOf(await begin('a3'))
    await load('a3', '1\ta\n')
    await sr.txn('commit', { label: 'a3' })
    expect(await sr.txn('commit', { label: 'a3' })).toMatchObject({
      Status: 'OK',
      Message: `Transaction ${id} has already committed, label is a3`,
    })
    expect(await sr.txn('rollback', { label: 'a3' })).toEqual({
      Status: 'FAILED',
      Message: `class com.starrocks.common.StarRocksException: Can not abort VISIBLE transaction ${id}, label is a3`,
    })
  })

  it('rolls back, twice, and then refuses to commit', async () => {
    const id = idOf(await begin('a4'))
    await load('a4', '1\ta\n')
    expect(await sr.txn('rollback', { label: 'a4' })).toMatchObject({ Status: 'OK' })
    expect(await sr.txn('rollback', { label: 'a4' })).toMatchObject({
      Status: 'OK',
      Message: `Transaction ${id} has already aborted, label is a4`,
    })
    expect((await sr.txn('commit', { label: 'a4' }))['Message']).toContain(
      `Can not commit ABORTED transaction ${id}, label is a4`,
    )
    expect(await rows()).toEqual([])
  })

  it('rolls back what is prepared', async () => {
    await begin('a5')
    await load('a5', '1\ta\n')
    await sr.txn('prepare', { label: 'a5' })
    expect((await sr.txn('rollback', { label: 'a5' }))['Status']).toBe('OK')
    expect([await sr.state('a5'), await rows()]).toEqual(['ABORTED', []])
  })

  it('holds a label until it is aborted', async () => {
    await begin('b1')
    expect(await sr.txn('begin', { label: 'b1', table: 't' })).toMatchObject({
      Status: 'LABEL_ALREADY_EXISTS',
      ExistingJobStatus: 'RUNNING',
      Message: 'Label [b1] has already been used.',
    })
    expect(await sr.load('t', '1\ta\n', { label: 'b1' })).toMatchObject({
      Status: 'Label Already Exists',
      ExistingJobStatus: 'RUNNING',
    })
    await sr.txn('rollback', { label: 'b1' })
    expect((await begin('b1'))['Status']).toBe('OK')
    await load('b1', '1\ta\n')
    await sr.txn('commit', { label: 'b1' })
    expect(await sr.txn('begin', { label: 'b1', table: 't' })).toMatchObject({
      Status: 'LABEL_ALREADY_EXISTS',
      ExistingJobStatus: 'FINISHED',
    })
  })

  it('checks rows at prepare or commit, and aborts', async () => {
    await begin('c1')
    expect((await load('c1', 'x\ta\n', { strict_mode: 'true' }))['Status']).toBe('OK')
    const reply = await sr.txn('prepare', { label: 'c1' })
    expect(reply).toMatchObject({ Status: 'INTERNAL_ERROR', Message: 'too many filtered rows' })
    expect(String(reply['ErrorURL'])).toContain('/api/_load_error_log?file=')
    expect(await sr.state('c1')).toBe('ABORTED')
    expect(await load('c1', '1\ta\n')).toMatchObject({ Status: 'ABORTED', Message: 'current transaction is aborted' })
  })

  it('wants identical parameters in all loads, and aborts otherwise', async () => {
    await begin('c2')
    await load('c2', '1\ta\n')
    expect(await load('c2', '2,b\n', { column_separator: ',' })).toMatchObject({
      Status: 'INTERNAL_ERROR',
      Message: 'load request not equal last.',
    })
    expect(await sr.state('c2')).toBe('ABORTED')
  })

  it('refuses to end with nothing sent, and aborts', async () => {
    await begin('c3')
    expect((await sr.txn('prepare', { label: 'c3' }))['Message']).toContain("hasn't send any data yet")
    expect(await sr.state('c3')).toBe('ABORTED')
  })

  it('ignores quoting headers, and filters a last row without delimiter', async () => {
    await begin('c4')
    await load('c4', '1\t"q"\n', { enclose: '"', skip_header: '1', trim_space: 'true' })
    await sr.txn('commit', { label: 'c4' })
    expect(await rows()).toEqual([[1, '"q"']])
    await begin('c5')
    await load('c5', '1\ta\n2\tb')
    expect((await sr.txn('commit', { label: 'c5' }))['Message']).toBe('too many filtered rows')
  })

  it('joins a row that one load leaves unfinished with the next load', async () => {
    await begin('c6')
    await load('c6', '1\ta\n2\tb')
    await load('c6', 'b\n')
    await sr.txn('commit', { label: 'c6' })
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'bb'],
    ])
  })

  it('counts the size over all loads', async () => {
    await begin('c7')
    const headers = { format: 'json' }
    const body = `{"k":1}${' '.repeat(60_000_000)}`
    expect((await load('c7', body, headers))['Status']).toBe('OK')
    expect((await load('c7', body, headers))['Message']).toContain(`data [ ${2 * body.length} ]`)
  })

  type Refused = [
    name: string,
    step: string,
    headers: Record<string, string>,
    answer: [status: string, message: string],
  ]
  it.each<Refused>([
    [
      'a load of a label that nobody began',
      'load',
      { label: 'zz', table: 't' },
      ['FAILED', "Can't find the transaction with db [d] and label[zz]"],
    ],
    [
      'a commit of a label that nobody began',
      'commit',
      { label: 'zz' },
      ['FAILED', 'No transaction found with db[d] and label[zz]'],
    ],
    ['no label', 'begin', { table: 't' }, ['FAILED', 'Empty label.']],
    [
      'an unknown database',
      'begin',
      { label: 'q', table: 't', db: 'nope' },
      ['FAILED', 'Database[nope] does not exist.'],
    ],
    ['an unknown operation', 'frob', { label: 'q' }, ['FAILED', 'Unknown transaction operation: frob']],
    ['an unknown table', 'begin', { label: 'q', table: 'nope' }, ['INTERNAL_ERROR', "Unknown table 'd.nope'"]],
    [
      'a bad timeout',
      'begin',
      { label: 'q', table: 't', timeout: 'soon' },
      ['INVALID_ARGUMENT', 'Invalid timeout format'],
    ],
  ])('refuses %s', async (_name, step, headers, [status, message]) => {
    const reply = await sr.txn(step, headers, step === 'load' ? '1\ta\n' : undefined)
    expect(reply).toMatchObject({ Status: status, Message: expect.stringContaining(message) })
  })

  it('refuses another database or table than those of begin', async () => {
    await begin('d1')
    const other = await sr.be('PUT', '/api/transaction/load', { label: 'd1', db: 'other', table: 't' }, '1\ta\n')
    expect(other).toMatchObject({
      Status: 'INVALID_ARGUMENT',
      Message: 'Request database other not equal transaction database d',
    })
    expect(await load('d1', '1\ta\n', { table: 'u' })).toMatchObject({
      Status: 'INVALID_ARGUMENT',
      Message: 'Request table u not equal transaction table t',
    })
  })

  it('lets one request at a time work on a label', async () => {
    await begin('d2')
    const slow = httpRequest({
      port: sr.ports.beHttpPort,
      method: 'PUT',
      path: '/api/transaction/load',
      follow: false,
      headers: { label: 'd2', db: 'd', table: 't', 'Content-Length': '8' },
      body: '1\ta\n',
      impatient: true,
    }).catch(() => undefined)
    let reply: Reply = {}
    for (let tries = 0; tries < 100 && reply['Status'] !== 'TXN_IN_PROCESSING'; tries++)
      reply = await sr.txn('commit', { label: 'd2' })
    expect(reply['Status']).toBe('TXN_IN_PROCESSING')
    expect((await sr.txn('rollback', { label: 'd2' }))['Status']).toBe('OK')
    expect(await sr.state('d2')).toBe('ABORTED')
    void slow
  })

  it('ends idle and overdue transactions', async () => {
    await begin('e1', { idle_transaction_timeout: '1' })
    await begin('e2', { timeout: '1' })
    await expect.poll(() => sr.state('e1'), { timeout: 4000 }).toBe('ABORTED')
    await expect.poll(() => sr.state('e2'), { timeout: 4000 }).toBe('ABORTED')
  })

  it('cancels by label', async () => {
    await begin('e3')
    expect((await sr.fe('POST', '/api/d/e3/_cancel'))['status']).toBe('OK')
    expect(await sr.state('e3')).toBe('ABORTED')
  })

  it('does not know labels it never saw', async () => {
    expect(await sr.fe('GET', '/api/d/get_load_state?label=never')).toMatchObject({
      state: 'UNKNOWN',
      status: 'OK',
      msg: 'Success',
    })
  })
})
