import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseOptions, usage } from '../src/options.ts'
import { settingNames } from '../src/settings.ts'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const schema = `CREATE DATABASE d; USE d;
  CREATE TABLE t (k INT, v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`

let sr: RunningStandIn
let label = ''
let next = 0

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(schema)
})
afterAll(async () => sr[Symbol.asyncDispose]())
beforeEach(async () => {
  label = `f${next++}`
  await sr.raw('adminPort', 'DELETE', '/faults')
  await sr.sql.query('TRUNCATE TABLE t')
})

const count = async (): Promise<unknown> => (await sr.rows('SELECT count(*) FROM t'))[0]?.[0]

/** Whether an answer came within a while. */
async function isAnswered(call: Promise<unknown>): Promise<boolean> {
  call.catch(() => undefined)
  return await Promise.race([
    call.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 200)),
  ])
}

describe('faults of the network (starrocks.md 12)', () => {
  it('leaves a connection half open before or after the work', async () => {
    await sr.fault({ match: { path: 'stream_load' }, action: 'half-open' })
    expect(await isAnswered(sr.load('t', '1\ta\n', { label }))).toBe(false)
    expect([await sr.state(label), await count()]).toEqual(['UNKNOWN', '0'])
    await sr.fault({ match: { path: 'stream_load' }, action: 'half-open-after' })
    expect(await isAnswered(sr.load('t', '1\ta\n', { label }))).toBe(false)
    expect([await sr.state(label), await count()]).toEqual(['VISIBLE', '1'])
  })

  it('announces more bytes than it sends', async () => {
    await sr.fault({ match: { path: 'stream_load' }, action: 'wrong-length' })
    await expect(sr.load('t', '1\ta\n', { label })).rejects.toThrow('aborted')
    expect(await sr.state(label)).toBe('VISIBLE')
  })

  it('redirects to a BE that is dead', async () => {
    await sr.fault({ match: { path: 'redirect', table: 'none' }, action: 'dead-be' })
    await sr.fault({ match: { path: 'redirect', label: `^${label}$` }, action: 'dead-be' })
    expect((await sr.load('t', '1\ta\n'))['Status']).toBe('Success')
    await expect(sr.load('t', '2\ta\n', { label })).rejects.toThrow('ECONNREFUSED')
    expect((await sr.load('t', '2\ta\n', { label }))['Status']).toBe('Success')
  })
})

describe('faults of the server (starrocks.md 1.3, 7, 12)', () => {
  it('publishes slowly, and the load waits for it', async () => {
    await sr.fault({ match: { path: 'stream_load' }, action: 'slow-publish', ms: 300 })
    const began = performance.now()
    expect((await sr.load('t', '1\ta\n', { label }))['Status']).toBe('Success')
    expect(performance.now() - began).toBeGreaterThan(290)
    expect(await count()).toBe('1')
  })

  it('answers Publish Timeout to a load whose timeout is shorter than the publication', async () => {
    await sr.fault({ match: { path: 'stream_load' }, action: 'slow-publish', ms: 1500 })
    expect((await sr.load('t', '1\ta\n', { label, timeout: '1' }))['Status']).toBe('Publish Timeout')
    expect(await sr.state(label)).toBe('COMMITTED')
    await expect.poll(() => sr.state(label)).toBe('VISIBLE')
    expect(await count()).toBe('1')
  })

  it('publishes everything slowly with publish_ms', async () => {
    await sr.admin('/settings?publish_ms=200')
    const began = performance.now()
    await sr.sql.query('INSERT INTO t VALUES (1, 2)')
    expect(performance.now() - began).toBeGreaterThan(190)
    await sr.admin('/settings?publish_ms=0')
  })

  it('loses the answer to a commit whose rows are visible', async () => {
    await sr.fault({ match: { path: 'stream_load' }, action: 'commit-unknown' })
    expect(await sr.load('t', '1\ta\n', { label })).toMatchObject({
      Status: 'Fail',
      Message: expect.stringMatching(
        /^Commit transaction fail cause .*, Transaction status unknown, you can retry with same label\.$/,
      ),
    })
    expect([await sr.state(label), await count()]).toEqual(['VISIBLE', '1'])
    expect(await sr.load('t', '1\ta\n', { label })).toMatchObject({ ExistingJobStatus: 'FINISHED' })
  })

  it('shuts down, and begins neither a load nor a transaction', async () => {
    for (const path of ['stream_load', 'begin']) await sr.fault({ match: { path }, action: 'shutting-down' })
    const Message = 'Service is shutting down, please retry later!'
    expect(await sr.load('t', '1\ta\n', { label })).toMatchObject({ Status: 'Fail', Message })
    expect(await sr.txn('begin', { label, table: 't' })).toMatchObject({ Status: 'SERVICE_UNAVAILABLE', Message })
    expect(await sr.state(label)).toBe('UNKNOWN')
  })

  it('has a full disk', async () => {
    await sr.fault({ match: { path: 'stream_load' }, action: 'disk-full' })
    expect(await sr.load('t', '1\ta\n', { label })).toMatchObject({
      Status: 'Fail',
      Message: 'No space left on device',
    })
    expect(await sr.state(label)).toBe('ABORTED')
  })
})

describe('a seed', () => {
  const fault = '{"match":{"path":"stream_load"},"action":"fail","probability":0.5,"times":1000}'

  /** The fates of 24 loads. */
  async function fates(seed: string): Promise<string> {
    await using seeded = await RunningStandIn.start(['--seed', seed, '--fault', fault])
    await seeded.sql.query(schema)
    let statuses = ''
    for (let k = 0; k < 24; k++) statuses += String((await seeded.load('t', `${k}\ta\n`))['Status']).slice(0, 1)
    return statuses
  }

  it('repeats a run, and another one is another run', async () => {
    const [first, again, other] = [await fates('7'), await fates('7'), await fates('8')]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    expect([first.includes('S'), first.includes('F')]).toEqual([true, true])
  })
})

describe('the command line', () => {
  it.each([
    ['--fault', '{"match":{"path":"commit"},"action":"explode"}', 'action must be one of'],
    ['--set', 'no_such_setting=1', 'there is no setting no_such_setting'],
    ['--set', 'mem_limit=much', 'mem_limit: "much" is no number'],
    ['--frontends', '0', '--frontends: 1 to 9'],
    ['--memory-limit', 'plenty', '--memory-limit: "plenty" is no size'],
  ])('refuses %s %s', (flag, value, message) => {
    expect(() => parseOptions(['--data', '/tmp', flag, value])).toThrow(message)
  })

  it('names every flag and setting in its help', () => {
    for (const name of [...settingNames(), '--frontends', '--fault', '--seed', '--log']) expect(usage).toContain(name)
  })
})
