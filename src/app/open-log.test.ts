import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { loggingSection, type LoggingConfig } from '../config/logging-section.ts'
import { SyncError } from '../core/sync-error.ts'
import { tableId } from '../core/table-id.ts'
import { openLog } from './open-log.ts'

const users = tableId('public', 'users')
const clock = new FakeClock()

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'open-log-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const configured = (yaml: object = {}): LoggingConfig => loggingSection.schema.parse(yaml)

function recordingConsole(isTerminal = false, colour = false) {
  const written: string[] = []
  return {
    written,
    isTerminal,
    colour,
    takes: true,
    write(text: string) {
      if (this.takes) written.push(text)
      return this.takes
    },
  }
}

const open = (yaml: object, console = recordingConsole(), secrets: readonly string[] = []) =>
  openLog(configured(yaml), { console, clock, secrets })

const parsed = (lines: readonly string[]): readonly Record<string, unknown>[] => lines.map((line) => JSON.parse(line))

test('rows 37, 39-45: a pipe gets the JSON of the guide: timestamp, level, logger, message, then context', async () => {
  const console = recordingConsole()
  await using log = open({}, console)
  log.emit({ tag: 'chunk-loaded', table: users, chunk: 2, chunks: 3, done: 1, rows: 100, bytes: 5000, ms: 15.2 })
  expect(console.written).toEqual([
    '{"timestamp":"2026-01-01T00:00:00.000Z","level":"INFO","logger":"sync_app.snapshot","message":"Chunk 2 of 3 loaded",' +
      '"table":"public.users","operation":"snapshot","chunk":2,"chunks":3,"batch_size":100,"batch_bytes":5000,"processing_time_ms":15.2,"actor":"system"}\n',
  ])
})

/** The example of the guide's section on structured logging, as it stands there. */
const GUIDE_EXAMPLE = {
  timestamp: '2024-01-15T10:30:00.123Z',
  level: 'INFO',
  logger: 'sync_app',
  message: 'Record processed successfully',
  table: 'users',
  operation: 'insert',
  record_id: '12345',
  processing_time_ms: 15.2,
  batch_size: 100,
}

const batchOfUsers = {
  tag: 'batch-committed',
  number: 7n,
  endLsn: '0/1',
  transactions: 1,
  rows: 100,
  bytes: 5000,
  ageMs: 15.2,
  lagMs: 20,
  oldestLagMs: 30,
  commitMs: 3,
  loadMs: 2,
  tables: [{ table: users, inserts: 100, updates: 0, deletes: 0, filtered: 0, loadedRows: 100, loadedBytes: 5000 }],
  samples: [{ table: users, operation: 'insert', key: '12345', processingMs: 15.2 }],
} as const

test('every field of the guide’s example is in the lines of a batch, of the same type', async () => {
  const console = recordingConsole()
  await using log = open({ levels: { 'sync_app.records': 'DEBUG' }, record_ids: 'plain' }, console)
  log.emit(batchOfUsers)
  const [, ofTable = {}, ofRecord = {}] = parsed(console.written)
  expect(ofTable).toMatchObject({ level: 'INFO', logger: 'sync_app', operation: 'insert', batch_size: 100 })
  expect(ofRecord).toMatchObject({ level: 'DEBUG', message: GUIDE_EXAMPLE.message, record_id: '12345' })
  for (const [name, value] of Object.entries(GUIDE_EXAMPLE))
    expect([name, typeof ofRecord[name]]).toEqual([name, typeof value])
  const { timestamp } = ofRecord
  expect(String(timestamp).replaceAll(/\d/g, '0')).toBe(GUIDE_EXAMPLE.timestamp.replaceAll(/\d/g, '0'))
})

test('row 41: a key is hashed unless asked for: equal keys look equal, with a configured secret over restarts too', async () => {
  const idOf = async (yaml: object): Promise<unknown> => {
    const console = recordingConsole()
    await using log = open({ level: 'DEBUG', ...yaml }, console)
    log.emit(batchOfUsers)
    return parsed(console.written).at(-1)?.['record_id']
  }
  expect(await idOf({ record_ids: 'off' })).toBeUndefined()
  expect(await idOf({})).toMatch(/^[0-9a-f]{16}$/)
  expect(await idOf({})).not.toBe(await idOf({}))
  expect(await idOf({ record_id_key: 'k' })).toBe(await idOf({ record_id_key: 'k' }))
})

test('records are sampled exactly while their logger is at DEBUG', async () => {
  await using log = open({ records_per_batch: '3' })
  expect(log.sampling.wanted()).toBe(0)
  log.levels.change('sync_app.records', 'DEBUG', 60_000)
  expect(log.sampling.wanted()).toBe(3)
  await clock.advance(60_000)
  expect(log.sampling.wanted()).toBe(0)
})

test('a terminal gets lines for people, coloured where it may be', async () => {
  const console = recordingConsole(true, true)
  await using log = open({}, console)
  const fields = { table: users, reason: 'two words', left: undefined }
  log.write({ level: 'WARNING', message: 'Something odd', fields, actor: 'maria' })
  expect(console.written[0]?.slice(12)).toBe(
    ' \u001b[33mWARNING \u001b[0m public.users: Something odd reason="two words" actor=maria\n',
  )
})

test('what others wrote cannot move the cursor of a terminal, nor begin a line', async () => {
  const console = recordingConsole(true)
  await using log = open({}, console)
  log.write({ level: 'ERROR', message: 'a\u001b[2Jb\nc', fields: { error: '\u001b]0;x\u0007' } })
  expect(console.written.join('').slice(12)).toBe(' ERROR    a\\u001b[2Jb\\u000ac error=\\u001b]0;x\\u0007\n')
})

test.each([
  ['json', true, '{'],
  ['pretty', false, '0'],
] as const)('format %s decides over the terminal', async (format, isTerminal, first) => {
  const console = recordingConsole(isTerminal)
  await using log = open({ format }, console)
  log.emit({ tag: 'service-stopping', reason: 'SIGTERM' })
  expect(console.written[0]?.[0]).toBe(first)
})

test('row 38: lines below the level of their logger are left out, and not counted', async () => {
  const console = recordingConsole()
  await using log = open({ level: 'WARNING', levels: { 'sync_app.snapshot': 'INFO' } }, console)
  log.emit({ tag: 'service-stopping', reason: 'SIGTERM' })
  log.emit({ tag: 'memory-pressure', heldBytes: 2, limitBytes: 1 })
  log.emit({ tag: 'chunk-loaded', table: users, chunk: 1, chunks: 1, done: 1, rows: 1, bytes: 1, ms: 1 })
  expect(parsed(console.written).map(({ level }) => level)).toEqual(['WARNING', 'INFO'])
  expect(log.counts().lines).toEqual({ DEBUG: 0, INFO: 1, WARNING: 1, ERROR: 0, CRITICAL: 0 })
})

test('row 124: no secret of the configuration stands in a line, in whatever form others repeat it', async () => {
  const console = recordingConsole()
  const secret = 'p"a+ss/w&rd'
  await using log = open({ file: { path: join(directory, 'app.log') } }, console, [secret])
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret), Buffer.from(secret).toString('base64')]
  const error = new SyncError('SOURCE_AUTH', `refused: ${forms.join(' ')}`, {
    cause: new Error(`with ${forms.join(' ')}`),
  })
  log.emit({ tag: 'attempt-failed', what: 'connecting', error, retryInMs: null })
  log.write({ level: 'INFO', message: forms.join(' '), fields: { nested: { list: [...forms] } } })
  log.flush()
  const everything = [
    ...console.written,
    readFileSync(join(directory, 'app.log'), 'utf8'),
    ...log.recent.last(9).map(({ json }) => json),
  ].join('')
  expect(everything).toContain('refused: *** ***')
  for (const form of [...forms, JSON.stringify(JSON.stringify(secret)).slice(1, -1)])
    expect(everything).not.toContain(form)
})

test('a file gets JSON as well, in a directory that is made, appended to; the last lines are at hand', async () => {
  const path = join(directory, 'logs', 'app.log')
  for (const reason of ['first', 'second']) {
    await using log = open({ file: { path } }, recordingConsole(true))
    log.emit({ tag: 'service-stopping', reason })
    expect(log.recent.last(5)).toMatchObject([{ number: 1, json: expect.stringContaining(`"reason":"${reason}"`) }])
  }
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect(parsed(lines).map(({ reason }) => reason)).toEqual(['first', 'second'])
})

test('a file that cannot be opened is told by its key', () => {
  expect(() => open({ file: { path: '/dev/null/app.log' } })).toThrow('logging.file.path: /dev/null/app.log')
})

test('after a rotation by others, reopening goes on in a new file of the name', async () => {
  const path = join(directory, 'app.log')
  await using log = open({ file: { path } })
  log.emit({ tag: 'service-stopping', reason: 'before' })
  log.flush()
  renameSync(path, `${path}.moved`)
  log.reopen()
  log.emit({ tag: 'service-stopping', reason: 'after' })
  log.flush()
  expect(readFileSync(path, 'utf8')).toContain('after')
  expect(readFileSync(`${path}.moved`, 'utf8')).not.toContain('after')
})

test('standard output that takes nothing loses lines, counted, and it is said when it takes them again', async () => {
  const console = recordingConsole()
  await using log = open({}, console)
  console.takes = false
  log.emit({ tag: 'service-stopping', reason: 'a' })
  log.emit({ tag: 'service-stopping', reason: 'b' })
  console.takes = true
  log.emit({ tag: 'service-stopping', reason: 'c' })
  await Promise.resolve()
  expect(log.counts().writeErrors).toBe(2)
  expect(parsed(console.written)).toMatchObject([{ reason: 'c' }, { level: 'WARNING', lost_lines: 2 }])
})

test('errors that repeat are one line and then a count, in the file and elsewhere', async () => {
  const console = recordingConsole()
  await using log = open({}, console)
  const error = new SyncError('SINK_UNREACHABLE', 'no frontend answers')
  for (let i = 0; i < 50; i++) log.emit({ tag: 'attempt-failed', what: 'begin', error, retryInMs: 100 + i })
  expect(console.written).toHaveLength(1)
  await clock.advance(10_000)
  expect(parsed(console.written)).toMatchObject([{ retry_in_ms: 100 }, { retry_in_ms: 149, repeated: 49 }])
  expect(log.counts()).toMatchObject({ lines: { WARNING: 2 }, collapsed: 49 })
})
