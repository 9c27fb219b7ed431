import { appendFileSync, closeSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { listBackups, temporaryOf } from './backups.ts'

/**
 * Mends what a crash left: a compressed file that is half made is deleted (its original is still there), an original whose compressed
 * file is whole is deleted, and a last line that is half written gets its end, so that the next one is readable.
 * @throws {Error} of the file system.
 */
export function repairBackups(path: string): void {
  rmSync(temporaryOf(path), { force: true })
  const compressed = new Set(listBackups(path).flatMap((backup) => (backup.compressed ? [backup.number] : [])))
  for (const backup of listBackups(path)) {
    if (!backup.compressed && compressed.has(backup.number)) rmSync(backup.path)
  }
  if (endsInHalfALine(path)) appendFileSync(path, '\n')
}

function endsInHalfALine(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isFile() || stat.size === 0) return false
  const descriptor = openSync(path, 'r')
  try {
    const last = Buffer.alloc(1)
    readSync(descriptor, last, 0, 1, stat.size - 1)
    return last.toString() !== '\n'
  } finally {
    closeSync(descriptor)
  }
}
