import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import type { LogFileConfig } from '../../../config/logging-section.ts'
import type { LogRecord } from '../log-record.ts'
import { LogFile } from './log-file.ts'

let directory = ''
let path = ''
const reports: LogRecord[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-file-'))
  path = join(directory, 'app.log')
  reports.length = 0
})
afterEach(() => rmSync(directory, { recursive: true }))

const clock = new FakeClock()

const open = (more: Partial<LogFileConfig> = {}): LogFile =>
  new LogFile(
    { path, maxSizeBytes: 1_000, backupCount: 10, compress: false, retentionDays: 30, ...more },
    clock,
    (record) => void reports.push(record),
  )

const names = (): readonly string[] => readdirSync(directory).toSorted()
const text = (name: string): string => {
  const bytes = readFileSync(join(directory, name))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}
const line = (number: number, bytes = 100): string => `${String(number).padStart(bytes - 1, '0')}\n`
const everything = (): string => names().toReversed().map(text).join('')

test('what must not be lost is in the file at once, with everything before it; the rest within a second', async () => {
  await using file = open()
  file.write('a\n', false)
  expect(text('app.log')).toBe('')
  file.write('b\n', true)
  expect(text('app.log')).toBe('a\nb\n')
  file.write('c\n', false)
  await clock.advance(999)
  expect(text('app.log')).toBe('a\nb\n')
  await clock.advance(1)
  expect(text('app.log')).toBe('a\nb\nc\n')
})

test('row 46: no file is larger than its size, and no line is lost or torn by rotations', async () => {
  await using file = open()
  for (let number = 0; number < 95; number++) file.write(line(number), number % 7 === 0)
  file.flush()
  expect(names()).toEqual(['app.log', ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `app.log.${number}`)])
  for (const name of names()) expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(1_000)
  expect(everything()).toBe(Array.from({ length: 95 }, (_, number) => line(number)).join(''))
})

test('a line that is larger than a file has a file of its own', async () => {
  await using file = open()
  for (const each of [line(1), line(2, 5_000), line(3)]) file.write(each, true)
  expect(['app.log.2', 'app.log.1', 'app.log'].map((name) => text(name).length)).toEqual([100, 5_000, 100])
})

test('row 47: of the backups as many are kept as configured; none when it is 0', async () => {
  {
    await using file = open({ backupCount: 2 })
    for (let number = 0; number < 95; number++) file.write(line(number), true)
    expect(names()).toEqual(['app.log', 'app.log.1', 'app.log.2'])
    expect(text('app.log.2').startsWith(line(70))).toBe(true)
  }
  await using file = open({ backupCount: 0 })
  expect(names()).toEqual(['app.log'])
  for (let number = 0; number < 15; number++) file.write(line(number), true)
  expect(names()).toEqual(['app.log'])
})

test('row 48: backups are compressed, whole and in order, however often the file is rotated meanwhile', async () => {
  await using file = open({ compress: true, backupCount: 50 })
  for (let number = 0; number < 205; number++) {
    file.write(line(number), true)
    if (number % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  file.flush()
  const compressed = () => names().every((name) => name === 'app.log' || name.endsWith('.gz'))
  await waitFor(compressed, { describe: () => `all compressed: ${names().join(' ')}` })
  const inOrder = [...Array.from({ length: 20 }, (_, index) => `app.log.${20 - index}.gz`), 'app.log']
  expect(inOrder.map(text).join('')).toBe(Array.from({ length: 205 }, (_, number) => line(number)).join(''))
})

test('row 49: backups that are too old go at the next hour at the latest; compressing does not make them younger', async () => {
  writeFileSync(`${path}.1`, line(1))
  const yesterday = clock.now() / 1000 - 86_400
  utimesSync(`${path}.1`, yesterday, yesterday)
  await using file = open({ compress: true, retentionDays: 2 })
  await waitFor(() => existsSync(`${path}.1.gz`), { describe: 'compressed' })
  file.write(line(2), true)
  await clock.advance(86_400_000 - 3_600_000)
  expect(names()).toEqual(['app.log', 'app.log.1.gz'])
  await clock.advance(2 * 3_600_000)
  expect(names()).toEqual(['app.log'])
})

test('file and backups together keep to their size: the oldest go', async () => {
  await using file = open({ maxTotalSizeBytes: 3_500 })
  for (let number = 0; number < 95; number++) file.write(line(number), true)
  expect(names()).toEqual(['app.log', 'app.log.1', 'app.log.2'])
})

test('at start, what a crash left is mended: half files, originals beside their whole copy, half a line', async () => {
  writeFileSync(path, `${line(3)}half a li`)
  writeFileSync(`${path}.gz.tmp`, 'half')
  writeFileSync(`${path}.1`, line(2))
  writeFileSync(`${path}.2`, line(1))
  execFileSync('gzip', ['-k', `${path}.2`])
  writeFileSync(join(directory, 'app.log.x'), 'not ours')
  await using file = open()
  expect(names()).toEqual(['app.log', 'app.log.1', 'app.log.2.gz', 'app.log.x'])
  file.write(line(4), true)
  expect(text('app.log')).toBe(`${line(3)}half a li\n${line(4)}`)
})

test('a gap in the numbers takes the next backup: nothing beyond it is renamed', async () => {
  for (const number of [1, 3]) writeFileSync(`${path}.${number}`, line(number))
  await using file = open()
  for (let number = 0; number < 11; number++) file.write(line(number + 100), true)
  expect(text('app.log.2')).toBe(line(1))
  expect(text('app.log.3')).toBe(line(3))
})

test('a file that somebody else moved away is made anew within a second, and lines go there', async () => {
  await using file = open()
  file.write(line(1), true)
  renameSync(path, `${path}-moved`)
  await clock.advance(1_000)
  file.write(line(2), true)
  expect([text('app.log-moved'), text('app.log')]).toEqual([line(1), line(2)])
})

test('a rotation that fails stops nothing: the file grows, it is said once, and tried again after a minute', async () => {
  mkdirSync(`${path}.1/in-the-way`, { recursive: true })
  await using file = open()
  let lost = 0
  for (let number = 0; number < 12; number++) lost += file.write(line(number), true)
  await Promise.resolve()
  expect([lost, text('app.log').length]).toEqual([0, 1_200])
  expect(reports).toMatchObject([{ level: 'WARNING', message: 'Log file cannot be rotated; it grows beyond its size' }])
  rmSync(`${path}.1`, { recursive: true })
  await clock.advance(60_000)
  file.write(line(12), true)
  expect([text('app.log.1').length, text('app.log')]).toEqual([1_200, line(12)])
})

test('a directory that was cleared away is made again', async () => {
  await using file = open()
  file.write(line(1), true)
  rmSync(directory, { recursive: true })
  await clock.advance(1_000)
  expect(file.write(line(2), true)).toBe(0)
  expect(text('app.log')).toBe(line(2))
})

test('closing writes what waits; closed, it takes nothing', async () => {
  const file = open()
  file.write('a\n', false)
  await file[Symbol.asyncDispose]()
  await file[Symbol.asyncDispose]()
  file.write('b\n', true)
  expect(text('app.log')).toBe('a\n')
  expect(clock.pendingTimers).toBe(0)
})

test('appending to a file that others write to as well loses nothing of either', async () => {
  await using file = open()
  file.write('a\n', true)
  appendFileSync(path, 'b\n')
  file.write('c\n', true)
  expect(text('app.log')).toBe('a\nb\nc\n')
})
