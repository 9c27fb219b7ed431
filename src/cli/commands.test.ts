import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Config } from '../config/config.ts'
import type { Finding } from '../core/finding.ts'
import { lsn } from '../core/lsn.ts'
import type { PipelineStatus } from '../core/pipeline-status.ts'
import { SyncError } from '../core/sync-error.ts'
import { tableId } from '../core/table-id.ts'
import type { VerifyReport } from '../core/verify-report.ts'
import { call } from '../../test/support/call-command.ts'
import type { Command } from './command.ts'
import { checkCommand } from './check.ts'
import type { ServiceSurroundings } from '../app/run-service.ts'
import { pauseCommand, resumeCommand } from './pause-resume.ts'
import { resyncCommand } from './resync.ts'
import { runCommand } from './run.ts'
import { statusCommand } from './status.ts'
import type { TableRequestDeps } from './table-request.ts'
import { tablesCommand } from './tables.ts'
import { verifyCommand, type VerifyRequest } from './verify.ts'

const GOOD = `source: { url: "postgres://sync:geheim@db/shop" }
target: { fe_http: http://fe:8030, fe_mysql: mysql://root@fe:9030 }
`

let directory = ''
let good = ''
let bad = ''
let early = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'commands-'))
  good = join(directory, 'good.yaml')
  bad = join(directory, 'bad.yaml')
  early = join(directory, 'early.yaml')
  writeFileSync(good, GOOD)
  writeFileSync(bad, `${GOOD}sync: { flush: 1s }\n`)
  writeFileSync(early, `${GOOD}flink: { rest_url: "http://f:1" }\n`)
})
afterAll(() => rmSync(directory, { recursive: true }))

const finding: Finding = {
  level: 'error',
  code: 'SOURCE_NOT_READY',
  what: 'wal_level is replica',
  why: 'w',
  remedy: 'r',
}

describe('check', () => {
  const withFindings = (findings: readonly Finding[]): Command =>
    checkCommand(() => Promise.resolve({ preflight: () => Promise.resolve(findings) }))

  test('exits with 0 when nothing is wrong, with 1 when there is an error', async () => {
    expect((await call(withFindings([{ ...finding, level: 'warning' }]), [good])).code).toBe(0)
    expect((await call(withFindings([finding]), ['-c', good])).code).toBe(1)
  })

  test('tells of mistakes in the file, with exit code 2', async () => {
    const { code, out, err } = await call(withFindings([]), [bad])
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toBe(
      `sync-app: ${bad}:3:9: unknown key "flush" in sync; did you mean "flush_interval"?\n` +
        '  3 | sync: { flush: ** }\n    |         ^^^^^\n  what to do: Mend the line that is named.\n',
    )
  })

  test('takes the file from SYNC_CONFIG, and says when there is none', async () => {
    expect((await call(withFindings([]), [], { SYNC_CONFIG: good })).code).toBe(0)
    const { code, err } = await call(withFindings([]), [join(directory, 'none.yaml')])
    expect(code).toBe(2)
    expect(err).toContain('none.yaml: there is no such file\n  what to do: Name the configuration file with')
    expect((await call(withFindings([]), ['-c', good, good])).err).toContain('the configuration is named twice')
  })

  test('warns of keys that are not in force', async () => {
    const { code, err } = await call(withFindings([]), [early])
    expect(code).toBe(0)
    expect(err).toMatch(/^warning: .*early\.yaml:3:1: flink is accepted but not in force/)
  })

  test('shows what the file amounts to, without its secrets', async () => {
    const { out } = await call(withFindings([finding]), [good, '--show-config'])
    expect(JSON.parse(out)).toMatchObject({ pipeline: 'shop', source: { user: 'sync', password: '***' } })
    expect(out).not.toContain('geheim')
  })

  test('gives findings to programs', async () => {
    const { out } = await call(withFindings([finding]), [good, '--json'])
    expect(JSON.parse(out)).toEqual({ ok: false, findings: [finding] })
  })
})

describe('run', () => {
  const running = (runService: (config: Config, around: ServiceSurroundings) => Promise<void>): Command =>
    runCommand(() => Promise.resolve({ runService }))

  test('logs what the service signals as JSON, beginning with warnings, and exits with 0', async () => {
    const command = running((_, { log }) => {
      log.emit({ tag: 'service-stopping', reason: 'SIGTERM' })
      return Promise.resolve()
    })
    const { code, out } = await call(command, [early])
    expect(code).toBe(0)
    const messages = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).message)
    expect(messages).toEqual([expect.stringContaining('flink is accepted but not in force'), 'Service is stopping'])
  })

  test('a service that ends with an error exits with 1, and tells it in the log and on standard error', async () => {
    const command = running(() => Promise.reject(new SyncError('SLOT_LOST', 'slot shop_sync is lost')))
    const { code, out, err } = await call(command, [good])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ level: 'CRITICAL', error_type: 'SLOT_LOST' })
    expect(err).toBe(
      'sync-app: error SLOT_LOST: slot shop_sync is lost\n' +
        '  what to do: Raise max_slot_wal_keep_size, then run sync-app resync --all.\n',
    )
  })

  test('a defect is told with its stack', async () => {
    const { code, err } = await call(
      running(() => Promise.reject(new TypeError('x is undefined'))),
      [good],
    )
    expect(code).toBe(1)
    expect(err).toMatch(/^sync-app: error INTERNAL: this is a defect[^]*TypeError: x is undefined\n\s+at /)
  })
})

const status: PipelineStatus = {
  pipeline: 'shop',
  guarantee: null,
  checkpoint: null,
  slot: null,
  lagMs: null,
  lagBytes: null,
  tables: [],
}

describe('status and tables', () => {
  const readStatus = () => Promise.resolve(status)
  const openStatus = () => ({ read: readStatus, [Symbol.asyncDispose]: () => Promise.resolve() })
  const load = () => Promise.resolve({ readStatus, openStatus })

  test('of a pipeline that never ran', async () => {
    expect((await call(statusCommand(load), [good])).out).toContain('checkpoint none yet')
    expect(JSON.parse((await call(statusCommand(load), [good, '--json'])).out)).toMatchObject({
      pipeline: 'shop',
      slot: null,
    })
    expect((await call(tablesCommand(load), [good])).out).toBe('no tables yet\n')
    expect((await call(tablesCommand(load), [good, '--json'])).out).toBe('[]\n')
  })
})

describe('resync', () => {
  const requestOfPipeline = vi.fn<TableRequestDeps['requestOfPipeline']>(() => Promise.resolve(lsn(0x16b3748n)))
  const load = () => Promise.resolve({ requestOfPipeline })
  const command = resyncCommand(load)

  test('asks for tables that the configuration copies', async () => {
    const { out } = await call(command, ['-c', good, 'orders', 'public.users'])
    expect(out).toBe('Asked for a new copy of public.orders, public.users at 0/16B3748.\n')
    expect(requestOfPipeline.mock.lastCall?.[1]).toMatchObject({
      do: 'resync',
      tables: ['public.orders', 'public.users'],
    })
    expect(requestOfPipeline.mock.lastCall?.[1].wait).toBeUndefined()
  })

  test('pause and resume ask in the same way, and wait when they are told to', async () => {
    expect((await call(pauseCommand(load), ['-c', good, 'orders'])).out).toBe(
      'Asked to pause public.orders at 0/16B3748.\n',
    )
    await call(resumeCommand(load), ['-c', good, '--all', '--wait'])
    expect(requestOfPipeline.mock.lastCall?.[1]).toMatchObject({ do: 'resume', tables: 'all' })
    expect(requestOfPipeline.mock.lastCall?.[1].wait).toBeDefined()
  })

  test('asks for all', async () => {
    const { out } = await call(command, ['-c', good, '--all', '--json'])
    expect(JSON.parse(out)).toEqual({ requested: 'all', position: '0/16B3748' })
  })

  test.each([
    [[], 'resync needs the names of tables, or --all'],
    [['--all', 'orders'], 'resync needs the names of tables, or --all'],
    [['billing.invoices'], 'no entry of `tables` in the configuration matches billing.invoices'],
    [['.x'], 'not a table name: ".x"'],
  ])('%j is refused', async (args, message) => {
    const { code, err } = await call(command, ['-c', good, ...args])
    expect([code, err]).toEqual([2, `sync-app: ${message}\n`])
  })

  test('a configuration that stands where a table is named is told so', async () => {
    const { code, err } = await call(command, ['pipeline.yaml', 'orders'])
    const said =
      'sync-app: pipeline.yaml stands where a table is named: a configuration is named by --config pipeline.yaml\n'
    expect([code, err]).toEqual([2, said])
  })
})

describe('verify', () => {
  const report = (rowsDifferent: number): VerifyReport => ({
    tables: [
      {
        table: tableId('public', 'orders'),
        verifiedUpTo: lsn(1n),
        rowsCompared: 5,
        rowsDifferent,
        rowsUnsettled: 0,
        differences: [],
        ms: 1,
      },
    ],
    notCompared: [],
  })

  test('exits with 1 when rows differ, and tells progress on standard error', async () => {
    const verify = (_: Config, request: VerifyRequest): Promise<VerifyReport> => {
      request.onProgress('half way')
      return Promise.resolve(report(request.tables === 'all' ? 0 : 2))
    }
    const command = verifyCommand(() => Promise.resolve({ verify }))
    expect(await call(command, ['-c', good])).toMatchObject({ code: 0, err: 'half way\n' })
    const { code, out } = await call(command, ['-c', good, 'orders', '--json'])
    expect([code, JSON.parse(out).rows_different]).toEqual([1, 2])
  })
})

test('a command that was asked to end ends without a word', async () => {
  const abort = new AbortController()
  const waiting = () => {
    abort.abort('SIGINT')
    return Promise.reject(abort.signal.reason)
  }
  const command = verifyCommand(() => Promise.resolve({ verify: waiting }))
  expect(await call(command, ['-c', good], {}, abort.signal)).toEqual({ code: 130, out: '', err: '' })
})
