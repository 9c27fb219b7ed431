import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Diagnosis } from '../app/doctor/diagnosis.ts'
import type { LevelChange } from '../app/logs/change-levels.ts'
import type { TailRequest } from '../app/logs/tail-logs.ts'
import { activityIn } from '../app/read-activity.ts'
import { readExposition } from '../app/read-exposition.ts'
import type { Config } from '../config/config.ts'
import type { PipelineStatus } from '../core/pipeline-status.ts'
import { SyncError } from '../core/sync-error.ts'
import { tableId } from '../core/table-id.ts'
import { checklistCommand } from './checklist.ts'
import type { Command } from './command.ts'
import { doctorCommand } from './doctor.ts'
import { logsCommand } from './logs.ts'
import { runProgram } from './run-program.ts'
import { statusCommand } from './status.ts'

let directory = ''
let file = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'monitoring-commands-'))
  file = join(directory, 'good.yaml')
  writeFileSync(
    file,
    'source: { url: "postgres://u:p@h/d" }\ntarget: { fe_http: http://h:1, fe_mysql: mysql://r@h:2 }\n',
  )
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Runs a command; pauses end at once, and the third one asks for the end. */
async function call(command: Command, args: readonly string[], isTerminal = false) {
  const out: string[] = []
  let err = ''
  let sleeps = 0
  const abort = new AbortController()
  const clock = {
    now: () => 1_000,
    monotonicMs: () => 0,
    setTimer: () => ({ cancel() {} }),
    sleep: async () => {
      if (++sleeps === 3) abort.abort('SIGINT')
    },
  }
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void (err += text),
    isTerminal,
    colour: false,
  }
  const context = { terminal, env: { SYNC_CONFIG: file }, clock, abort: abort.signal }
  const code = await runProgram([command.name, ...args], [command], context)
  return { code, out, err }
}

const orders = tableId('public', 'orders')
const users = tableId('public', 'users')

/** What a service answers: tables of schema public are named without it. */
const METRICS = `sync_throughput_records_per_second{table="orders"} 1000
sync_throughput_records_per_second{table="users"} 234.4
sync_records_failed_total{table="users",error_type="connection"} 7
sync_lag_seconds{table="orders"} 0.5
sync_lag_seconds{table="users"} 12
`

const status: PipelineStatus = {
  pipeline: 'shop',
  guarantee: 'atomic',
  checkpoint: null,
  slot: null,
  lagMs: 1_500,
  lagBytes: 2_048,
  tables: [
    { table: orders, target: 'shop.orders', state: { tag: 'streaming', generation: 1 } },
    { table: users, target: 'shop.users', state: { tag: 'streaming', generation: 1 } },
    { table: tableId('public', 'new'), target: 'shop.new', state: { tag: 'waiting' } },
  ],
  activity: activityIn(readExposition(METRICS)),
}

function statusOf(read: () => Promise<PipelineStatus>): Command {
  const openStatus = () => ({ read, [Symbol.asyncDispose]: () => Promise.resolve() })
  return statusCommand(() => Promise.resolve({ readStatus: read, openStatus }))
}

test('status --watch draws each picture over the one before, late tables first, until asked to end', async () => {
  const { code, out } = await call(
    statusOf(() => Promise.resolve(status)),
    ['--watch'],
    true,
  )
  expect(code).toBe(0)
  expect(out).toHaveLength(3)
  expect(out[0]).toBe(`pipeline   shop
guarantee  atomic
checkpoint none yet
lag        1.5 s, 2.05 kB
rate       1,234 records/s
errors     7 records failed since the service started
slot       absent
tables     2 streaming, 1 waiting

TABLE          STATE         LAG  RECORDS/S  FAILED  NOTE
public.new     waiting
public.users   streaming    12 s        234       7
public.orders  streaming  500 ms      1,000       0
Ctrl-C ends
`)
  expect(out[1]).toBe(`\u001b[14F\u001b[J${out[0]}`)
})

test('a side that is gone for a while does not end the watching; for programs each look is one line', async () => {
  let looks = 0
  const read = (): Promise<PipelineStatus> =>
    ++looks === 1 ? Promise.reject(new SyncError('SOURCE_UNREACHABLE', 'gone')) : Promise.resolve(status)
  const { out, err } = await call(statusOf(read), ['--watch', '--json'])
  expect(err).toContain('error SOURCE_UNREACHABLE: gone')
  expect(out.map((line) => JSON.parse(line).tables[1].lag_seconds)).toEqual([12, 12])
  expect(out.every((line) => /^[^\n]+\n$/.test(line))).toBe(true)
})

test('without an answer of the service, status says so and shows the rest', async () => {
  const { out } = await call(
    statusOf(() => Promise.resolve({ ...status, activity: null })),
    [],
  )
  expect(out.join('')).toContain('service    does not answer over HTTP: no rates, no errors\n')
  const json = await call(
    statusOf(() => Promise.resolve({ ...status, activity: null })),
    ['--json'],
  )
  expect(JSON.parse(json.out.join(''))).toMatchObject({ service: null, lag_bytes: 2_048 })
})

const levels = [
  { logger: 'sync_app', level: 'INFO', from: 'configured', until_ms: null },
  { logger: 'sync_app.records', level: 'DEBUG', from: 'changed', until_ms: 601_000 },
] as const

const tailLogs = vi.fn(async function* (_: Config, request: TailRequest) {
  yield `one ${request.last}`
  yield 'two'
})
const changeLevels = vi.fn((_: Config, change: LevelChange & { readonly actor: string }) =>
  Promise.resolve(change.level === null ? [] : levels),
)
const logs = logsCommand(() => Promise.resolve({ tailLogs, changeLevels, readLevels: () => Promise.resolve(levels) }))

test('logs hands its filter on, and prints a line for each line', async () => {
  const { out, code } = await call(logs, [
    '-f',
    '--level',
    'warning',
    '--table',
    'orders',
    '--logger',
    'sync_app.source',
  ])
  expect([code, out]).toEqual([0, ['one 20\n', 'two\n']])
  expect(tailLogs.mock.lastCall?.[1]).toMatchObject({
    filter: { level: 'WARNING', table: 'orders', logger: 'sync_app.source' },
    follow: true,
    from: 'any',
    json: false,
  })
  await call(logs, ['--lines', '5', '--service', '--json'])
  expect(tailLogs.mock.lastCall?.[1]).toMatchObject({ filter: {}, last: 5, follow: false, from: 'service', json: true })
})

test('logs level shows levels, changes one for a while, and takes it back', async () => {
  const { out } = await call(logs, ['level'])
  expect(out.join('')).toBe(`LOGGER            LEVEL  FROM
sync_app          INFO   configured
sync_app.records  DEBUG  changed, for another 10 min 0 s
`)
  await call(logs, ['level', 'sync_app.records', 'debug', '--for', '10m'])
  expect(changeLevels.mock.lastCall?.[1]).toMatchObject({
    logger: 'sync_app.records',
    level: 'DEBUG',
    forMs: 600_000,
    actor: expect.stringMatching(/^cli:./),
  })
  await call(logs, ['level', 'sync_app.records', 'reset', '--json'])
  expect(changeLevels.mock.lastCall?.[1]).toMatchObject({ logger: 'sync_app.records', level: null, forMs: null })
})

test.each([
  [['--level', 'WARN'], 'there is no level "WARN": did you mean WARNING?'],
  [['--logger', 'sync_app.sorce'], 'did you mean sync_app.source?'],
  [['levels'], 'logs does not know what to do with "levels": level?'],
  [['level', 'sync_app'], 'logs level sync_app needs a level'],
  [['level', 'sync_ap', 'INFO'], 'did you mean sync_app?'],
  [['level', 'sync_app', 'INFO', '--for', '10'], '--for "10" has no unit'],
])('logs %j is refused', async (args, message) => {
  const { code, err } = await call(logs, args)
  expect(code).toBe(2)
  expect(err).toContain(message)
})

const doctorOf = (...diagnoses: readonly Diagnosis[]): Command =>
  doctorCommand([{ name: 'metrics', doc: 'looks at metrics.', load: async () => async () => diagnoses }])

const ok: Diagnosis = { check: 'A', status: 'ok', what: 'fine', remedy: 'none needed' }
const skipped: Diagnosis = { check: 'B', status: 'skipped', what: 'nothing there', remedy: 'set it' }
const problem: Diagnosis = { check: 'C', status: 'problem', what: 'wrong', remedy: 'mend it' }

test('doctor exits with 1 exactly when there is a problem, and says what mends it', async () => {
  expect((await call(doctorOf(ok, skipped), ['metrics'])).code).toBe(0)
  const { code, out } = await call(doctorOf(ok, skipped, problem), ['metrics'])
  expect(code).toBe(1)
  expect(out.join('')).toBe(`ok       A: fine
skipped  B: nothing there
           mend: set it
problem  C: wrong
           mend: mend it

1 problem.
`)
  const json = await call(doctorOf(problem), ['--json'])
  expect(JSON.parse(json.out.join(''))).toEqual({ ok: false, checks: [problem] })
  expect((await call(doctorOf(), ['metric'])).err).toContain('did you mean metrics?')
})

test('checklist exits with 0 only when all is ticked', async () => {
  const command = (ticked: boolean) =>
    checklistCommand(() =>
      Promise.resolve({ readChecklist: () => Promise.resolve([{ item: 'X', ticked, lookedAt: 'y', remedy: 'z' }]) }),
    )
  expect(await call(command(true), [])).toMatchObject({ code: 0, out: ['- [x] X\n      y\n\n1 of 1 ticked.\n'] })
  const open = await call(command(false), [])
  expect(open).toMatchObject({ code: 1, out: ['- [ ] X\n      y\n      to do: z\n\n0 of 1 ticked.\n'] })
  const json = await call(command(false), ['--json'])
  expect(JSON.parse(json.out.join(''))).toEqual({
    ok: false,
    items: [{ item: 'X', ticked: false, looked_at: 'y', remedy: 'z' }],
  })
})
