import {
  createReadStream,
  createWriteStream,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { backupPath, listBackups, temporaryOf } from './backups.ts'

/**
 * Compresses every backup that is not yet, the oldest first, off the main thread. Each is written under another name, brought to the disk
 * and only then put in the place of its original, which may meanwhile have got another number: at every instant one of them is whole.
 * @throws {Error} of the file system or the abort's reason; the original stays.
 */
export async function compressBackups(path: string, abort: AbortSignal): Promise<void> {
  for (;;) {
    const plain = listBackups(path).findLast((backup) => !backup.compressed)
    if (!plain) return
    await compress(path, plain.path, abort)
  }
}

async function compress(path: string, source: string, abort: AbortSignal): Promise<void> {
  const temporary = temporaryOf(path)
  // Opened at once: by the time that a stream opens a name, the name may lead to another file.
  const descriptor = openSync(source, 'r')
  const inode = fstatSync(descriptor).ino
  try {
    // `flush` brings the bytes to the disk before the name is changed: else a crash could leave a whole name on half a file.
    await pipeline(
      createReadStream('', { fd: descriptor }),
      createGzip(),
      createWriteStream(temporary, { flush: true }),
      {
        signal: abort,
      },
    )
    // From here on nothing waits, so no rotation comes between looking for the number and using it.
    const now = listBackups(path).find((backup) => backup.inode === inode && !backup.compressed)
    if (!now) return
    const { atime, mtime } = statSync(now.path)
    utimesSync(temporary, atime, mtime)
    renameSync(temporary, backupPath(path, now.number, true))
    rmSync(now.path)
  } finally {
    rmSync(temporary, { force: true })
  }
}
