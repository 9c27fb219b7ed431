import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DemoPicture, DemoRequest, DemoResult } from '../app/demo/demo-picture.ts'
import { newCounts } from '../app/demo/shop/shop-counts.ts'
import type { Config } from '../config/config.ts'
import type { Finding } from '../core/finding.ts'
import { lsn } from '../core/lsn.ts'
import type { PipelineStatus } from '../core/pipeline-status.ts'
import { SyncError } from '../core/sync-error.ts'
import { tableId } from '../core/table-id.ts'
import type { VerifyReport } from '../core/verify-report.ts'
import { checkCommand } from './check.ts'
import type { ServiceSurroundings } from '../app/run-service.ts'
import type { Command, CommandContext } from './command.ts'
import { demoCommand } from './demo.ts'
import { demoView } from './demo-view.ts'
import { pauseCommand, resumeCommand } from './pause-resume.ts'
import { resyncCommand } from './resync.ts'
import { runCommand } from './run.ts'
import { runProgram } from './run-program.ts'
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

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function call(
  command: Command,
  args: readonly string[],
  env: CommandContext['env'] = {},
  abort = new AbortController().signal,
): Promise<Outcome> {
  let out = ''
  let err = ''
  const clock = {
    now: () => 0,
    monotonicMs: () => 0,
    setTimer: () => ({ cancel() {} }),
    sleep: () => Promise.resolve(),
  }
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    isTerminal: false,
    colour: false,
  }
  const code = await runProgram([command.name, ...args], [command], { terminal, env, clock, abort })
  return { code, out, err }
}

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

describe('demo', () => {
  const picture: DemoPicture = {
    elapsedMs: 4_000,
    guarantee: 'atomic',
    tables: [{ table: tableId('public', 'orders'), state: 'streaming', sourceRows: 1_234, targetRows: 1_230 }],
    rowsApplied: 20,
    rowsPerSecond: 5,
    lagMs: 300,
    workload: { ...newCounts(), transactions: 7 },
  }
  const resultOf = (rows: { readonly rowsDifferent?: number; readonly rowsUnsettled?: number }): DemoResult => ({
    report: {
      tables: [
        {
          table: tableId('public', 'orders'),
          verifiedUpTo: lsn(1n),
          rowsCompared: 10,
          rowsDifferent: 0,
          rowsUnsettled: 0,
          differences: [],
          ms: 1,
          ...rows,
        },
      ],
      notCompared: [],
    },
    rowsApplied: 20,
    lagSeconds: 0.5,
    guarantee: 'atomic',
    workload: newCounts(),
  })
  const commandOf = (result: DemoResult) =>
    demoCommand(() =>
      Promise.resolve({
        runDemo: (request: DemoRequest) => {
          request.say('Filling the shop')
          request.show(picture)
          return Promise.resolve(result)
        },
      }),
    )

  test('with --json the result alone is on standard output, as its only line', async () => {
    const { code, out, err } = await call(commandOf(resultOf({})), ['--seconds', '30', '--json'])
    expect(code).toBe(0)
    expect(out).toMatch(/^\{[^\n]*\}\n$/)
    expect(JSON.parse(out)).toMatchObject({
      tables: 1,
      rows_compared: 10,
      rows_different: 0,
      rows_applied: 20,
      lag_seconds: 0.5,
      guarantee: 'atomic',
    })
    expect(err).toContain(
      'Filling the shop\n4 s, 1 of 1 tables streaming, 1,234 rows in the source, 1,230 in the target, 5 rows/s, lag 300 ms, 7 transactions of the shop\n',
    )
  })

  test('in a pipe a line for each picture, then the comparison', async () => {
    const { code, out } = await call(commandOf(resultOf({})), [])
    expect(code).toBe(0)
    expect(out).toMatch(/^Filling the shop\n4 s, .*\n[^]*\n10 rows compared: both sides are equal\.\n$/)
  })

  test.each([{ rowsDifferent: 1 }, { rowsUnsettled: 1 }])('%j fails it', async (rows) => {
    expect((await call(commandOf(resultOf(rows)), [])).code).toBe(1)
  })

  test('asked to end before it began, it has nothing to show', async () => {
    const command = demoCommand(() => Promise.resolve({ runDemo: () => Promise.resolve(null) }))
    expect(await call(command, ['--json'])).toEqual({ code: 130, out: '', err: '' })
  })

  test('on a terminal a picture takes the place of the one before, but not of what was said', () => {
    let screen = ''
    const terminal = {
      out: (text: string) => void (screen += text),
      err: () => undefined,
      isTerminal: true,
      colour: false,
    }
    const view = demoView(terminal, false)
    view.say('Filling the shop')
    view.show(picture)
    expect(screen).not.toContain('\u001b')
    const lines = screen.split('\n').length - 2
    screen = ''
    view.show(picture)
    expect(screen.startsWith(`\u001b[${lines}F\u001b[J`)).toBe(true)
    expect(screen).toContain('public.orders       1,234      1,230  streaming\n')
  })
})
