import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn
let label = ''
let next = 0

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE t (k INT, v VARCHAR(40), at DATETIME) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())
beforeEach(async () => {
  label = `h${next++}`
  await sr.sql.query('TRUNCATE TABLE t')
})

const body = '1\ta\t2024-01-02 03:04:05\n'
const load = (headers: Record<string, string>, rows = body) => sr.load('t', rows, { label, ...headers })

describe('headers of loads (starrocks.md 1.2)', () => {
  it.each<[headers: Record<string, string>, message: string]>([
    [{ strict_mode: 'yes' }, 'Invalid strict mode format. Must be bool type'],
    [{ trim_space: '1' }, 'Invalid trim space format. Must be bool type'],
    [{ partial_update: 'yes' }, 'Invalid partial update flag format. Must be bool type'],
    [{ skip_header: 'one' }, 'Invalid csv load skip_header format'],
    [{ skip_header: '-1' }, 'skip_header must be equal or greater than 0'],
    [{ load_mem_limit: 'much' }, 'Invalid load mem limit format'],
    [{ load_mem_limit: '-1' }, 'load_mem_limit must be equal or greater than 0'],
    [{ exec_mem_limit: '0' }, 'exec_mem_limit must be greater than 0'],
    [{ load_dop: 'all' }, 'Invalid load_dop format'],
    [{ log_rejected_record_num: '-2' }, 'log_rejected_record_num must be equal or greater than -1'],
    [{ log_rejected_record_num: 'all' }, 'Invalid log_rejected_record_num format'],
    [{ timezone: 'Mars/Olympus' }, "Unknown or incorrect time zone: 'Mars/Olympus'"],
    [{ compression: 'rar' }, 'Unsupported compression type: rar'],
    [{ column_separator: 'x'.repeat(51) }, 'the max delimiter length is 50'],
    [{ row_delimiter: String.raw`\x0` }, String.raw`Invalid delimiter '\x0': hex length must be a even number`],
    [{ merge_condition: 'k' }, 'Merge condition column k should not be primary key!'],
  ])('refuses %j with %j, and leaves an aborted transaction', async (headers, Message) => {
    const reply = await load(headers)
    expect(reply).toMatchObject({ Status: 'Fail', Message })
    expect([Number(reply['TxnId']) > 0, await sr.state(label)]).toEqual([true, 'ABORTED'])
  })

  it.each<[headers: Record<string, string>, message: string]>([
    [{ format: 'parquet' }, 'unknown data format, format=parquet'],
    [{ timeout: 'soon' }, 'Invalid timeout format'],
    [{ timeout: '0' }, 'Invalid timeout: 0. Timeout should between 1 and 259200 seconds'],
    [{ timeout: '259201' }, 'Invalid timeout: 259201. Timeout should between 1 and 259200 seconds'],
  ])('refuses %j with %j before a transaction begins', async (headers, Message) => {
    expect(await load(headers)).toMatchObject({ Status: 'Fail', Message, TxnId: -1 })
    expect(await sr.state(label)).toBe('UNKNOWN')
  })

  it('says that a label exists before it looks at the other headers', async () => {
    await load({})
    expect((await load({ strict_mode: 'yes' }))['Status']).toBe('Label Already Exists')
  })

  it('takes headers that change nothing in the data, timezone among them', async () => {
    const idle = {
      timezone: 'America/New_York',
      load_mem_limit: '2147483648',
      exec_mem_limit: '2147483648',
      load_dop: '2',
      transmission_compression_type: 'LZ4',
      warehouse: 'default_warehouse',
      partial_update_mode: 'row',
    }
    expect(await load(idle)).toMatchObject({ Status: 'Success', NumberLoadedRows: 1 })
    expect(await sr.rows('SELECT * FROM t')).toEqual([[1, 'a', '2024-01-02 03:04:05']])
  })

  it('does not know envelope yet, and drops the rows of Debezium as it drops all unknown keys', async () => {
    const headers = { format: 'json', envelope: 'debezium', max_filter_ratio: '1' }
    expect(await load(headers, '{"op":"c","after":{"k":1}}')).toMatchObject({
      Status: 'Fail',
      NumberFilteredRows: 1,
      Message: 'all partitions have no load data',
    })
  })

  it.each(['partitions', 'temporary_partitions', 'negative'])('has no %s, and says so', async (name) => {
    expect((await load({ [name]: 'true' }))['Message']).toBe(`The stand-in has no ${name}`)
  })

  it('reads one byte of enclose and escape, whatever follows', async () => {
    await load({ enclose: '"rest', escape: String.raw`\x01` }, '1\t"a\tb\\"c"\t\\N\n')
    expect(await sr.rows('SELECT v FROM t')).toEqual([['a\tb"c']])
  })

  it('keeps refused rows in a file of the BE with log_rejected_record_num', async () => {
    const bad = { strict_mode: 'true', max_filter_ratio: '1' }
    const rows = `${body}x\ta\t\\N\ny\tb\t\\N\n`
    expect((await load(bad, rows))['RejectedRecordPath']).toBeUndefined()
    label += 'b'
    const one = String((await load({ ...bad, log_rejected_record_num: '1' }, rows))['RejectedRecordPath'])
    expect(readFileSync(one, 'utf8')).toMatch(/^x\ta\t\\N\tThe field \(name = k, pos = 0\) is out of range.*\t\n$/)
    expect(await sr.rows(`SELECT REJECTED_RECORD_PATH FROM information_schema.loads WHERE LABEL = '${label}'`)).toEqual(
      [[one]],
    )
    label += 'c'
    const all = String((await load({ ...bad, log_rejected_record_num: '-1' }, rows))['RejectedRecordPath'])
    expect(readFileSync(all, 'utf8').trimEnd().split('\n')).toHaveLength(2)
    label += 'd'
    expect((await load({ log_rejected_record_num: '-1' }))['RejectedRecordPath']).toBeUndefined()
  })
})
