import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { LogRecord } from '../log-record.ts'
import { LogFile } from './log-file.ts'

/** A file system of 64 kB of its own, or null where this process may not mount one. */
function smallDisk(): (Disposable & { readonly directory: string }) | null {
  const directory = mkdtempSync(join(tmpdir(), 'small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    rmSync(directory, { recursive: true })
    return null
  }
  return {
    directory,
    [Symbol.dispose]: () => {
      execFileSync('umount', [directory])
      rmSync(directory, { recursive: true })
    },
  }
}

const line = (number: number): string => `${String(number).padStart(999, '0')}\n`

test('a full disk loses whole lines, counted and told once, and lines go on when there is room', async (context) => {
  using disk = smallDisk()
  if (!disk) return context.skip('no file system can be mounted here')
  const path = join(disk.directory, 'app.log')
  const reports: LogRecord[] = []
  const config = { path, maxSizeBytes: 1e9, backupCount: 3, compress: true, retentionDays: 30 }
  await using file = new LogFile(config, new FakeClock(), (record) => void reports.push(record))
  writeFileSync(join(disk.directory, 'ballast'), Buffer.alloc(20_000))
  const kept: string[] = []
  let lost = 0
  for (let number = 0; number < 100; number++) {
    if (number === 90) rmSync(join(disk.directory, 'ballast'))
    const more = file.write(line(number), true)
    if (more === 0) kept.push(line(number))
    lost += more
    await Promise.resolve()
  }
  expect(lost).toBeGreaterThan(10)
  expect(kept.at(-1)).toBe(line(99))
  expect(readFileSync(path, 'utf8')).toBe(kept.join(''))
  expect(reports).toMatchObject([
    { level: 'ERROR', message: 'Log file cannot be written', fields: { error: expect.stringContaining('ENOSPC') } },
    { level: 'WARNING', message: 'Log file can be written again', fields: { lost_lines: lost } },
  ])
})

test('a disk that fills up while a backup is compressed keeps the original', async (context) => {
  using disk = smallDisk()
  if (!disk) return context.skip('no file system can be mounted here')
  const path = join(disk.directory, 'app.log')
  const original = randomBytes(40_000)
  writeFileSync(`${path}.1`, original)
  writeFileSync(join(disk.directory, 'ballast'), Buffer.alloc(20_000))
  const told = Promise.withResolvers<LogRecord>()
  const config = { path, maxSizeBytes: 1e9, backupCount: 3, compress: true, retentionDays: 30_000 }
  await using _ = new LogFile(config, new FakeClock(), told.resolve)
  expect((await told.promise).message).toBe('A log file cannot be compressed; it stays as it is')
  expect(readFileSync(`${path}.1`).equals(original)).toBe(true)
})
