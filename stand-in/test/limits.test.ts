import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn
let defaults: Readonly<Record<string, string>> = {}
let label = ''
let next = 0

const keyed = 'PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")'

beforeAll(async () => {
  sr = await RunningStandIn.start(['--set', 'compacted_versions_per_second=0', '--set', 'label_keep_max_num=5'])
  await sr.sql.query(`CREATE DATABASE d; USE d; CREATE TABLE t (k INT, v VARCHAR(2000)) ${keyed};
    CREATE TABLE texts (k VARCHAR(200)) ${keyed}`)
  const reply = await sr.raw('adminPort', 'GET', '/settings')
  defaults = Object.fromEntries(Object.entries(reply.json).map(([name, value]) => [name, String(value)]))
})
afterAll(async () => sr[Symbol.asyncDispose]())
beforeEach(() => {
  label = `l${next++}`
})
afterEach(async () => {
  const changed = Object.entries(defaults).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  await sr.admin(`/settings?${changed.join('&')}`)
})

const set = (pair: string): Promise<unknown> => sr.admin(`/settings?${pair}`)
const json = { format: 'json' }

describe('running transactions (starrocks.md 7, 6.1)', () => {
  it('caps them for each database, PREPARED ones too', async () => {
    await set('max_running_txn_num_per_db=2')
    const [open, prepared] = [`${label}o`, `${label}p`]
    for (const name of [open, prepared]) await sr.txn('begin', { label: name, table: 't' })
    await sr.txn('load', { label: prepared, table: 't' }, '1\ta\n')
    await sr.txn('prepare', { label: prepared })
    expect((await sr.load('t', '1\ta\n'))['Message']).toMatch(
      /^current running txns on db \d+ is 2, larger than limit 2$/,
    )
    expect(await sr.refusal('INSERT INTO t VALUES (1, 2)')).toContain('current running txns on db')
    for (const name of [open, prepared]) await sr.txn('rollback', { label: name })
    expect((await sr.load('t', '1\ta\n'))['Status']).toBe('Success')
  })

  it('caps those of one BE', async () => {
    await set('stream_load_max_txn_num_per_be=1')
    await sr.txn('begin', { label, table: 't' })
    expect((await sr.load('t', '1\ta\n'))['Message']).toBe(
      'streamload txn num per be exceeds limit, be: 127.0.0.1, txn_num: 1, limit: 1',
    )
    await sr.txn('rollback', { label })
  })

  it('refuses labels that are none, and takes hyphens (1.2)', async () => {
    expect((await sr.load('t', '1\ta\n', { label: 'a.b' }))['Message']).toBe(
      'Label format error. regex: ^[-\\w]{1,128}$, label: a.b',
    )
    expect((await sr.load('t', '1\ta\n', { label: 'x'.repeat(129) }))['Status']).toBe('Fail')
    expect((await sr.load('t', '1\ta\n', { label: `a-${label}` }))['Status']).toBe('Success')
  })
})

describe('versions of a tablet (starrocks.md 7, 6.1)', () => {
  const versions = async (): Promise<unknown> => (await sr.admin('/versions?db=d&table=t'))['count']

  it('grow by one with every transaction and refuse loads above the limit', async () => {
    const before = Number(await versions())
    await sr.load('t', '1\ta\n')
    await sr.sql.query('INSERT INTO t VALUES (2, 1)')
    expect(await versions()).toBe(before + 2)
    await set(`tablet_max_versions=${before + 1}`)
    expect(await sr.load('t', '1\ta\n', { label })).toMatchObject({
      Status: 'Fail',
      Message: expect.stringMatching(
        new RegExp(
          `^Failed to load data into tablet \\d+, because of too many versions, current/limit: ${before + 2}/${before + 1}\\.`,
        ),
      ),
    })
    expect([await sr.state(label), await versions()]).toEqual(['ABORTED', before + 2])
  })

  it('fall by compaction, and never below one', async () => {
    await sr.admin('/versions?db=d&table=t&count=2000')
    expect((await sr.load('t', '1\ta\n'))['Status']).toBe('Fail')
    await set('compacted_versions_per_second=100000')
    await expect.poll(versions).toBe(1)
    expect((await sr.load('t', '1\ta\n'))['Status']).toBe('Success')
  })

  it('are the compaction score of the metrics (8)', async () => {
    await sr.admin('/versions?db=d&table=t&count=812')
    expect((await sr.raw('httpPort', 'GET', '/metrics')).text).toContain(
      '\nstarrocks_fe_max_tablet_compaction_score 812\n',
    )
    expect((await sr.raw('beHttpPort', 'GET', '/metrics')).text).toContain(
      '\nstarrocks_be_tablet_update_max_compaction_score 812\n',
    )
    await sr.admin('/versions?db=d&table=t&count=1')
  })
})

describe('sizes (starrocks.md 1.3, 1.8, 2, 3)', () => {
  const rows = (count: number): string =>
    Array.from({ length: count }, (_, k) => `{"k":${k},"v":"${'x'.repeat(1000)}"}`).join('\n')

  it('refuses a JSON body above the limit unless ignore_json_size is set, and CSV never', async () => {
    await set('streaming_load_max_batch_size_mb=1')
    const body = rows(1100)
    expect((await sr.load('t', body, json))['Message']).toBe(
      `The size of this batch exceed the max size [1048576]  of json type data  data [ ${body.length} ]. Set ignore_json_size to skip the check, although it may lead huge memory consuming.`,
    )
    expect((await sr.load('t', body, { ...json, ignore_json_size: 'true' }))['Status']).toBe('Success')
    expect((await sr.load('t', `1\t${'x'.repeat(1000)}\n`.repeat(1100)))['Status']).toBe('Success')
  })

  it('adds the sizes of a transaction up', async () => {
    await set('streaming_load_max_batch_size_mb=1')
    await sr.txn('begin', { label, table: 't' })
    expect((await sr.txn('load', { label, table: 't', ...json }, rows(600)))['Status']).toBe('OK')
    expect((await sr.txn('load', { label, table: 't', ...json }, rows(600)))['Message']).toContain(
      'exceed the max size [1048576]',
    )
    expect(await sr.state(label)).toBe('ABORTED')
  })

  it('refuses any body above streaming_load_max_mb, also when the BE is told so while it runs', async () => {
    expect(await sr.be('POST', '/api/update_config?streaming_load_max_mb=1')).toEqual({ status: 'OK', msg: '' })
    expect((await sr.load('t', '1\ta\n'.repeat(300_000)))['Message']).toMatch(
      /^body size 1200000 exceed limit: 1048576, .* You can increase the limit by setting streaming_load_max_mb in be\.conf\.$/,
    )
    expect((await sr.be('POST', '/api/update_config?no_such=1'))['status']).toBe('BAD')
  })

  it('cuts the connection of a chunked body that grows above it', async () => {
    await set('streaming_load_max_mb=1')
    const headers = { 'Transfer-Encoding': 'chunked', label }
    const call = { headers, body: '1\ta\n'.repeat(300_000) }
    await expect(sr.once(sr.ports.beHttpPort, 'PUT', '/api/d/t/_stream_load', call)).rejects.toThrow(
      /socket hang up|ECONNRESET|EPIPE/,
    )
    await expect.poll(() => sr.state(label)).toBe('ABORTED')
  })

  it('refuses a row of CSV above the limit', async () => {
    await set('csv_line_limit_bytes=1000')
    for (const headers of [{}, { enclose: '"' }]) {
      expect((await sr.load('t', `1\t${'x'.repeat(900)}\n`.repeat(3), headers))['Status']).toBe('Success')
      expect((await sr.load('t', `1\t${'x'.repeat(1100)}`, headers))['Message']).toBe(
        'CSV line length exceed limit 1000',
      )
    }
  })

  it('refuses a JSON piece of a transaction above the payload limit', async () => {
    await set('json_payload_limit_bytes=1000')
    await sr.txn('begin', { label, table: 't' })
    expect(await sr.txn('load', { label, table: 't', ...json }, rows(1))).toMatchObject({
      Status: 'MEM_LIMIT_EXCEEDED',
      Message: expect.stringMatching(/^payload size \[\d+\] of single write beyond the JSON payload limit \[1000\]$/),
    })
    expect(await sr.state(label)).toBe('ABORTED')
  })

  it('refuses a key above primary_key_limit_size', async () => {
    expect((await sr.load('texts', `${'k'.repeat(128)}\n`))['Status']).toBe('Success')
    expect((await sr.load('texts', `${'k'.repeat(129)}\n`))['Message']).toContain('primary key size exceed the limit')
    await set('primary_key_limit_size=10')
    expect((await sr.load('texts', `${'k'.repeat(11)}\n`))['Message']).toContain('primary key size exceed the limit')
  })

  it('takes a load without rows when empty_load_as_error is off', async () => {
    expect((await sr.load('t', ''))['Message']).toBe('There is no data to load')
    await set('empty_load_as_error=false')
    expect(await sr.load('t', '')).toMatchObject({ Status: 'Success', NumberTotalRows: 0 })
  })
})

describe('memory, quota, loads at once (starrocks.md 1.3, 6.1)', () => {
  it('fails a load when the open ones hold more than mem_limit, and frees what they held', async () => {
    await set('mem_limit=1000')
    await sr.txn('begin', { label, table: 't' })
    await sr.txn('load', { label, table: 't' }, `1\t${'x'.repeat(700)}\n`)
    expect((await sr.load('t', `1\t${'x'.repeat(700)}\n`))['Message']).toMatch(
      /^Memory of process exceed limit\. .*Limit: 1000/,
    )
    await sr.txn('rollback', { label })
    expect((await sr.load('t', `1\t${'x'.repeat(700)}\n`))['Status']).toBe('Success')
  })

  it('begins nothing in a database above its quota', async () => {
    await sr.load('t', `1\t${'x'.repeat(1900)}\n`)
    await set('data_quota_bytes=1024')
    await sr.load('t', `2\t${'x'.repeat(1900)}\n`)
    expect((await sr.load('t', '3\ta\n'))['Message']).toBe('Database[d] data size exceeds quota[1.000 KB]')
    expect((await sr.txn('begin', { label, table: 't' }))['Message']).toContain('data size exceeds quota')
  })

  it('limits the loads at once when that is switched on', async () => {
    await set('be_http_num_workers=2&enable_http_stream_load_limit=true')
    await sr.fault({ match: { path: 'stream_load' }, action: 'delay', ms: 300 })
    const replies = await Promise.all(['1\ta\n', '2\ta\n'].map((body) => sr.load('t', body)))
    const refused = replies.find((reply) => reply['Status'] === 'Fail')
    expect(refused?.['Message']).toBe('Stream Load exceed http cuncurrent limit 1, please try again later')
    expect(replies.filter((reply) => reply['Status'] === 'Success')).toHaveLength(1)
  })
})

describe('time (starrocks.md 1.4, 2, 2.1)', () => {
  it('aborts a transaction that is not prepared within its timeout', async () => {
    await sr.txn('begin', { label, table: 't', timeout: '1' })
    await expect.poll(() => sr.state(label), { timeout: 5000 }).toBe('ABORTED')
    expect((await sr.txn('commit', { label }))['Message']).toContain('Can not commit ABORTED transaction')
  })

  it('aborts a transaction that is left alone, and one that is PREPARED for too long', async () => {
    await set('prepared_transaction_default_timeout_second=0.3')
    const [idle, prepared] = [`${label}i`, `${label}p`]
    await sr.txn('begin', { label: idle, table: 't', idle_transaction_timeout: '1' })
    await sr.txn('begin', { label: prepared, table: 't' })
    await sr.txn('load', { label: prepared, table: 't' }, '1\ta\n')
    await sr.txn('prepare', { label: prepared })
    expect(await sr.state(prepared)).toBe('PREPARED')
    await expect.poll(() => sr.state(idle), { timeout: 5000 }).toBe('ABORTED')
    await expect.poll(() => sr.state(prepared), { timeout: 5000 }).toBe('ABORTED')
  })

  it('forgets labels by count, and a multi-table label only by the count of its tasks', async () => {
    const multi = { label, transaction_type: 'multi' }
    await sr.txn('begin', multi)
    await sr.txn('load', { ...multi, table: 't' }, '1\ta\n')
    await sr.txn('commit', multi)
    expect(await sr.state(label)).toBe('VISIBLE')
    for (let k = 0; k < 5; k++) await sr.load('t', `${k}\ta\n`)
    expect(await sr.state(label)).toBe('UNKNOWN')
    expect(await sr.txn('begin', multi)).toMatchObject({
      Status: 'LABEL_ALREADY_EXISTS',
      ExistingJobStatus: 'COMMITED',
    })
    await set('stream_load_task_keep_max_num=0')
    await sr.txn('begin', { label: `${label}x`, transaction_type: 'multi' })
    await sr.txn('rollback', { label: `${label}x`, transaction_type: 'multi' })
    expect((await sr.txn('begin', multi))['Status']).toBe('OK')
  })

  it('forgets labels by age', async () => {
    await sr.load('t', '1\ta\n', { label })
    await set('label_keep_max_second=0.2')
    await expect.poll(() => sr.state(label), { timeout: 5000 }).toBe('UNKNOWN')
    expect((await sr.load('t', '1\tb\n', { label }))['Status']).toBe('Success')
  })

  it('forgets the rows of an ErrorURL after a time', async () => {
    const reply = await sr.load('t', 'x\ta\n', { strict_mode: 'true' })
    const url = new URL(String(reply['ErrorURL']))
    const read = () => sr.raw('beHttpPort', 'GET', url.pathname + url.search)
    expect((await read()).text).toContain('is out of range')
    await set('load_error_log_reserve_hours=0')
    expect((await read()).status).toBe(404)
  })
})
