import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SyncError } from '../core/sync-error.ts'
import { tableId } from '../core/table-id.ts'
import { openLog, type Console } from './open-log.ts'

const clock = { now: () => Date.UTC(2024, 0, 15, 10, 30, 0, 123) }
const table = tableId('public', 'users')

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'open-log-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function recordingConsole(isTerminal: boolean, colour = false): Console & { readonly written: string[] } {
  const written: string[] = []
  return { written, isTerminal, colour, write: (text) => void written.push(text) }
}

test('a pipe gets the JSON of the guide: timestamp, level, logger, message, then context', () => {
  const console = recordingConsole(false)
  using log = openLog({ level: 'INFO', format: 'auto' }, console, clock)
  log.emit({ tag: 'chunk-loaded', table, chunk: 2, chunks: 3, rows: 100, bytes: 5000, ms: 15.2 })
  expect(console.written).toEqual([
    '{"timestamp":"2024-01-15T10:30:00.123Z","level":"INFO","logger":"sync_app","message":"Chunk 2 of 3 loaded",' +
      '"table":"public.users","operation":"snapshot","chunk":2,"chunks":3,"batch_size":100,"batch_bytes":5000,"processing_time_ms":15.2}\n',
  ])
})

test('a terminal gets lines for people, coloured where it may be', () => {
  const console = recordingConsole(true, true)
  using log = openLog({ level: 'INFO', format: 'auto' }, console, clock)
  log.write({ level: 'WARNING', message: 'Something odd', fields: { table, reason: 'two words', left: undefined } })
  expect(console.written).toEqual([
    '10:30:00.123 \u001b[33mWARNING \u001b[0m public.users: Something odd reason="two words"\n',
  ])
})

test.each([
  ['json', true, '{'],
  ['pretty', false, '1'],
] as const)('format %s decides over the terminal', (format, isTerminal, first) => {
  const console = recordingConsole(isTerminal)
  using log = openLog({ level: 'INFO', format }, console, clock)
  log.emit({ tag: 'service-stopping', reason: 'SIGTERM' })
  expect(console.written[0]?.[0]).toBe(first)
})

test('lines below the level are left out', () => {
  const console = recordingConsole(false)
  using log = openLog({ level: 'WARNING', format: 'auto' }, console, clock)
  log.emit({ tag: 'service-stopping', reason: 'SIGTERM' })
  log.emit({ tag: 'memory-pressure', heldBytes: 2, limitBytes: 1 })
  expect(console.written).toHaveLength(1)
})

test('a file gets JSON as well, in a directory that is made, appended to', () => {
  const path = join(directory, 'logs', 'app.log')
  const file = { path, maxSizeBytes: 1, backupCount: 1, compress: true, retentionDays: 1 }
  for (const reason of ['first', 'second']) {
    using log = openLog({ level: 'INFO', format: 'auto', file }, recordingConsole(true), clock)
    log.emit({ tag: 'service-stopping', reason })
  }
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).reason)).toEqual(['first', 'second'])
})

test('a file that cannot be opened is told by its key', () => {
  const file = { path: '/dev/null/app.log', maxSizeBytes: 1, backupCount: 1, compress: true, retentionDays: 1 }
  expect(() => openLog({ level: 'INFO', format: 'auto', file }, recordingConsole(true), clock)).toThrow(SyncError)
})

test.skipIf(process.platform !== 'linux')('a full disk stops nothing and is told once', () => {
  const console = recordingConsole(false)
  const file = { path: '/dev/full', maxSizeBytes: 1, backupCount: 1, compress: true, retentionDays: 1 }
  using log = openLog({ level: 'INFO', format: 'auto', file }, console, clock)
  log.emit({ tag: 'service-stopping', reason: 'a' })
  log.emit({ tag: 'service-stopping', reason: 'b' })
  const messages = console.written.map((line) => JSON.parse(line).message)
  expect(messages).toEqual(['Service is stopping', 'Log file cannot be written', 'Service is stopping'])
})
