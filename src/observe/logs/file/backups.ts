import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A rotated file: `app.log.1` or `app.log.1.gz`. Number 1 is the newest. */
export interface Backup {
  readonly number: number
  readonly path: string
  readonly compressed: boolean
  readonly bytes: number
  /** When its last line was written. */
  readonly writtenMs: number
  /** Tells a file from others whatever it is called. */
  readonly inode: number
}

/** What a compressed file is called while it is made; one that is found at start is half made. */
export function temporaryOf(path: string): string {
  return `${path}.gz.tmp`
}

/** The rotated files of a log file, newest first. One that vanishes meanwhile is left out. */
export function listBackups(path: string): readonly Backup[] {
  const directory = dirname(path)
  const prefix = `${basename(path)}.`
  const backups = readdirSync(directory).flatMap((name): readonly Backup[] => {
    const match = name.startsWith(prefix) ? /^([1-9]\d{0,8})(\.gz)?$/.exec(name.slice(prefix.length)) : null
    if (!match) return []
    const full = join(directory, name)
    const stat = statSync(full, { throwIfNoEntry: false })
    if (!stat?.isFile()) return []
    const compressed = match[2] !== undefined
    const { size: bytes, mtimeMs: writtenMs, ino: inode } = stat
    return [{ number: Number(match[1]), path: full, compressed, bytes, writtenMs, inode }]
  })
  return backups.toSorted((a, b) => a.number - b.number)
}

/** The name of a backup. */
export function backupPath(path: string, number: number, compressed: boolean): string {
  return `${path}.${number}${compressed ? '.gz' : ''}`
}

/**
 * Makes room at number 1 and moves the file there. Only as many are renamed as lie before the first free number. With `keep` 0 the file
 * is deleted. @throws {Error} of the file system; what was renamed until then stays so, and the next call goes on from it.
 */
export function shiftBackups(path: string, keep: number): void {
  if (keep === 0) {
    rmSync(path)
    return
  }
  const byNumber = new Map(listBackups(path).map((backup) => [backup.number, backup]))
  let free = 1
  while (byNumber.has(free)) free++
  for (let number = free - 1; number >= 1; number--) {
    const backup = byNumber.get(number)
    if (!backup) continue
    if (number >= keep) rmSync(backup.path)
    else renameSync(backup.path, backupPath(path, number + 1, backup.compressed))
  }
  renameSync(path, backupPath(path, 1, false))
}
