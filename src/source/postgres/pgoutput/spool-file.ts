import { randomUUID } from 'node:crypto'
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { ScratchFile } from '../../../core/scratch-file.ts'
import { SyncError } from '../../../core/sync-error.ts'

/**
 * A nameless file that takes what one transaction has too much for memory. Its name is removed as soon as
 * it is open, so the system takes the space back when the process ends, however it ends.
 */
export class SpoolFile implements ScratchFile {
  readonly #handle: FileHandle
  #lengthBytes = 0

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** Makes the directory too when it is missing. @throws {SyncError} SPOOL_FULL when the file cannot be made. */
  static async create(directory: string): Promise<SpoolFile> {
    const path = join(directory, `pg-starrocks-sync-${process.pid}-${randomUUID()}.spool`)
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const handle = await open(path, 'wx+', 0o600)
      await unlink(path)
      return new SpoolFile(handle)
    } catch (error) {
      throw spoolError(`cannot make a spool file in ${directory}`, error)
    }
  }

  /** Appends the bytes and returns the offset at which they begin. @throws {SyncError} SPOOL_FULL */
  async append(bytes: Buffer): Promise<number> {
    const offset = this.#lengthBytes
    this.#lengthBytes += bytes.length
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#handle
        .write(bytes, done, bytes.length - done, offset + done)
        .catch((error: unknown) => {
          throw spoolError('cannot write to a spool file', error)
        })
      done += bytesWritten
    }
    return offset
  }

  /** Fills `target` with the bytes from `offset` on. @throws {SyncError} SPOOL_FULL when they cannot be read back. */
  async read(target: Buffer, offset: number): Promise<void> {
    for (let done = 0; done < target.length;) {
      const { bytesRead } = await this.#handle
        .read(target, done, target.length - done, offset + done)
        .catch((error: unknown) => {
          throw spoolError('cannot read from a spool file', error)
        })
      if (bytesRead === 0) throw spoolError('a spool file is shorter than what was written', undefined)
      done += bytesRead
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}

function spoolError(what: string, cause: unknown): SyncError {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : undefined
  const why = code ?? (cause instanceof Error ? cause.message : 'unknown reason')
  if (code === 'ENOSPC' || code === 'EDQUOT') return new SyncError('SPOOL_FULL', `${what}: ${why}`, { cause })
  const remedy = 'Make sync.spool_directory a directory on a sound disk that this process may write to.'
  return new SyncError('SPOOL_FULL', `${what}: ${why}`, { cause, remedy })
}
