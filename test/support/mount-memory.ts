import { execFile } from 'node:child_process'
import { mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A file system in memory, of a size that a test chooses. */
interface MemoryDisk extends AsyncDisposable {
  readonly path: string
  /** Such as `1m`. */
  resize(size: string): Promise<void>
}

/** Mounts one over a directory of its own; null where that is not permitted. */
export async function mountMemory(size: string): Promise<MemoryDisk | null> {
  const path = await mkdtemp(join(tmpdir(), 'disk-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path])
  } catch {
    await rmdir(path)
    return null
  }
  return {
    path,
    resize: async (wanted) => {
      await run('mount', ['-o', `remount,size=${wanted}`, path])
    },
    [Symbol.asyncDispose]: async () => {
      await run('umount', ['-l', path])
      await rmdir(path)
    },
  }
}
