import { request } from 'node:http'
import { gzipSync, zstdCompressSync, deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start(['--label-keep-max', '5'])
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE t (k INT, v VARCHAR(5), n INT NOT NULL) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

const strict = { strict_mode: 'true' }

describe('replies of a plain stream load (starrocks.md 1.3)', () => {
  it('has all fields, as numbers', async () => {
    const reply = await sr.load('t', '1\ta\t1\n2\tb\t2\n', { label: 'r1' })
    expect(reply).toMatchObject({
      Label: 'r1',
      Status: 'Success',
      Message: 'OK',
      NumberTotalRows: 2,
      NumberLoadedRows: 2,
      NumberFilteredRows: 0,
      NumberUnselectedRows: 0,
      LoadBytes: 12,
    })
    for (const name of [
      'TxnId',
      'LoadTimeMs',
      'BeginTxnTimeMs',
      'StreamLoadPlanTimeMs',
      'ReadDataTimeMs',
      'WriteDataTimeMs',
      'CommitAndPublishTimeMs',
    ]) {
      expect(typeof reply[name]).toBe('number')
    }
  })

  it('says that a committed label exists and is FINISHED', async () => {
    await sr.load('t', '1\ta\t1\n', { label: 'r2' })
    expect(await sr.load('t', '1\tzzz\t1\n', { label: 'r2' })).toMatchObject({
      Status: 'Label Already Exists',
      ExistingJobStatus: 'FINISHED',
    })
    expect(await sr.rows('SELECT v FROM t WHERE k = 1')).toEqual([['a']])
  })

  it('says that a label is RUNNING while another load holds it, and takes it once that one broke', async () => {
    const headers = {
      Authorization: `Basic ${Buffer.from('root:').toString('base64')}`,
      label: 'twin',
      'Content-Length': '100',
    }
    const path = '/api/d/t/_stream_load'
    const twin = request({ host: '127.0.0.1', port: sr.ports.beHttpPort, method: 'PUT', path, headers })
    twin.on('error', () => undefined)
    twin.write('1\tone\t1\n')
    await expect.poll(async () => sr.state('twin')).toBe('PREPARE')
    expect(await sr.load('t', '1\ttwo\t1\n', { label: 'twin' })).toMatchObject({
      Status: 'Label Already Exists',
      ExistingJobStatus: 'RUNNING',
    })
    twin.destroy()
    await expect.poll(async () => sr.state('twin')).toBe('ABORTED')
    expect((await sr.fe('GET', '/api/d/get_load_state?label=twin'))['reason']).toBe(
      "receive body don't equal with body bytes",
    )
    expect(await sr.load('t', '1\ttwo\t1\n', { label: 'twin' })).toMatchObject({ Status: 'Success' })
    expect(await sr.rows('SELECT v FROM t WHERE k = 1')).toEqual([['two']])
  })

  it('holds labels for each database', async () => {
    await sr.sql.query(
      'CREATE DATABASE e; CREATE TABLE e.t (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")',
    )
    expect(await sr.load('t', '5\ta\t1\n', { label: 'both' })).toMatchObject({ Status: 'Success' })
    expect(await sr.fe('PUT', '/api/e/t/_stream_load', { label: 'both' }, '5\n')).toMatchObject({ Status: 'Success' })
  })

  it('lets a failed label be used again', async () => {
    expect((await sr.load('t', 'x\ty\tz\n', { label: 'r3', ...strict }))['Status']).toBe('Fail')
    expect((await sr.load('t', '1\ta\t1\n', { label: 'r3', ...strict }))['Status']).toBe('Success')
  })

  it('makes a label when none is given', async () => {
    expect((await sr.load('t', '1\ta\t1\n'))['Label']).toMatch(/^[\w-]{36}$/)
  })

  it.each([
    ['', {}, 'There is no data to load'],
    [
      '1\ta\t1\n',
      { partitions: 'p', temporary_partitions: 'q' },
      'Can not specify both partitions and temporary partitions',
    ],
    ['x\ty\tz\n', strict, 'too many filtered rows'],
    [
      '1\ta\t1\n',
      { compression: 'gzip', 'content-encoding': 'gzip' },
      'Only one of http header content-encoding and compression can be set',
    ],
    ['x\ty\tz\n', { ...strict, max_filter_ratio: '1' }, 'all partitions have no load data'],
  ])('fails %j with %j: %s', async (body, headers, message) => {
    expect(await sr.load('t', body, headers)).toMatchObject({ Status: 'Fail', Message: message })
  })

  it('fails for an unknown table', async () => {
    expect((await sr.load('nothing', '1\n'))['Status']).toBe('Fail')
  })

  it('counts filtered rows against total less unselected', async () => {
    const body = '1\ta\t1\n2\tb\tx\n3\tc\t3\n4\td\t4\n'
    const headers = { ...strict, where: 'k <> 4', max_filter_ratio: '0.34' }
    expect(await sr.load('t', body, headers)).toMatchObject({
      Status: 'Success',
      NumberTotalRows: 4,
      NumberLoadedRows: 2,
      NumberFilteredRows: 1,
      NumberUnselectedRows: 1,
    })
    expect(await sr.load('t', body, { ...headers, max_filter_ratio: '0.33' })).toMatchObject({
      Status: 'Fail',
      Message: 'too many filtered rows',
    })
  })

  it('offers the refused rows for download, fifty at most', async () => {
    const reply = await sr.load('t', 'x\ta\t1\n'.repeat(80), strict)
    const url = new URL(String(reply['ErrorURL']))
    expect(url.port).toBe(String(sr.ports.beHttpPort))
    const log = await sr.raw('beHttpPort', 'GET', url.pathname + url.search)
    expect(log.text.split('\n').filter((line) => line !== '')).toHaveLength(50)
    expect(log.text).toContain('Row: x\ta\t1')
    const [tracking] =
      (
        await sr.rows(`SELECT TRACKING_SQL FROM information_schema.loads WHERE LABEL = '${String(reply['Label'])}'`)
      )[0] ?? []
    expect(await sr.rows(String(tracking))).toEqual([[log.text]])
  })

  it('reads gzip, deflate and zstd, named by compression or by format', async () => {
    const body = Buffer.from('70\tzip\t1\n')
    expect((await sr.load('t', gzipSync(body), { compression: 'GZIP' }))['NumberLoadedRows']).toBe(1)
    expect((await sr.load('t', gzipSync(body), { format: 'gzip' }))['NumberLoadedRows']).toBe(1)
    expect((await sr.load('t', deflateSync(body), { compression: 'deflate' }))['NumberLoadedRows']).toBe(1)
    expect((await sr.load('t', zstdCompressSync(body), { 'content-encoding': 'ZSTD' }))['NumberLoadedRows']).toBe(1)
  })
})

describe('memory of labels (starrocks.md 1.4)', () => {
  it('forgets the oldest beyond the count, and then loads again under the label', async () => {
    await sr.load('t', '1\told\t1\n', { label: 'e0' })
    expect(await sr.state('e0')).toBe('VISIBLE')
    for (let index = 1; index <= 5; index++) await sr.load('t', `${index}\tb\t1\n`, { label: `e${index}` })
    expect(await sr.state('e0')).toBe('UNKNOWN')
    expect((await sr.load('t', '1\tagain\t1\n', { label: 'e0' }))['Status']).toBe('Success')
    expect(await sr.rows('SELECT v FROM t WHERE k = 1')).toEqual([['again']])
  })
})
