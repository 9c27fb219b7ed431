import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { gunzipSync } from 'node:zlib'
import type { Clock } from '../../core/clock.ts'
import { SyncError } from '../../core/sync-error.ts'
import { listBackups } from '../../observe/logs/file/backups.ts'

const POLL_MS = 250
const PIECE_BYTES = 64 * 1024
/** Lines are taken to be no longer on average when the last ones are looked for. */
const LONG_LINE_BYTES = 8 * 1024

/** What is wanted of a file. */
export interface FollowRequest {
  readonly path: string
  /** Lines before the present end that are wanted too. */
  readonly last: number
  /** Whether lines are awaited that are yet to be written. */
  readonly follow: boolean
  readonly clock: Pick<Clock, 'sleep'>
  readonly abort: AbortSignal
}

/**
 * The last lines of a log file, and with `follow` each further one until `abort`, across rotations: what was written to the file before it
 * was moved away is read to its end, then what was rotated since, then the new file.
 * @throws {SyncError} CONFIG_INVALID when there is no such file.
 */
export async function* followFile(request: FollowRequest): AsyncGenerator<string> {
  const { path, clock, abort } = request
  let file = openLog(path)
  try {
    yield* lastLines(path, file, request.last)
    while (request.follow && !abort.aborted) {
      yield* file.newLines()
      const present = statSync(path, { throwIfNoEntry: false })
      if (present && present.ino !== file.inode) {
        yield* file.newLines()
        const next = openLog(path)
        yield* rotatedSince(path, file.inode)
        file.close()
        file = next
        continue
      }
      await clock.sleep(POLL_MS, abort).catch(() => undefined)
    }
  } finally {
    file.close()
  }
}

function openLog(path: string): OpenFile {
  try {
    return new OpenFile(path)
  } catch (error) {
    throw new SyncError('CONFIG_INVALID', `${path} cannot be read`, {
      cause: error,
      remedy: 'Run it where the log file is, or without one: then the running service is asked.',
    })
  }
}

/** The last lines, also of backups when the file itself has fewer. Leaves the file at its end. */
function* lastLines(path: string, file: OpenFile, count: number): Generator<string> {
  file.skipAllBut(count * LONG_LINE_BYTES)
  const lines = [...file.newLines()]
  if (count === 0) return
  lines.splice(0, lines.length - count)
  for (const backup of listBackups(path)) {
    if (lines.length >= count) break
    lines.unshift(...linesOf(backup.path).slice(-(count - lines.length)))
  }
  yield* lines
}

/** Lines of the backups that are newer than the file that was read last; none when that one was deleted or compressed meanwhile. */
function* rotatedSince(path: string, inode: number): Generator<string> {
  const backups = listBackups(path)
  const known = backups.findIndex((backup) => backup.inode === inode)
  for (const backup of backups.slice(0, Math.max(known, 0)).toReversed()) yield* linesOf(backup.path)
}

function linesOf(path: string): readonly string[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text.split('\n').filter((line) => line !== '')
}

/** A file that is read as it grows, by whole lines. */
class OpenFile {
  readonly inode: number
  readonly #descriptor: number
  readonly #decoder = new StringDecoder('utf8')
  readonly #piece = Buffer.alloc(PIECE_BYTES)
  #position = 0
  #rest = ''

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r')
    this.inode = fstatSync(this.#descriptor).ino
  }

  /** Goes on `bytes` before the end, at the next beginning of a line. */
  skipAllBut(bytes: number): void {
    const { size } = fstatSync(this.#descriptor)
    if (size <= bytes) return
    // One byte more: the end of the line before is told from half a line.
    this.#position = size - bytes - 1
    while (this.#position < size) {
      const read = readSync(this.#descriptor, this.#piece, 0, PIECE_BYTES, this.#position)
      const newline = this.#piece.subarray(0, read).indexOf(0x0a)
      this.#position += newline < 0 ? read : newline + 1
      if (newline >= 0 || read === 0) return
    }
  }

  /** Lines since the last call. A file that became shorter is read from its beginning. */
  *newLines(): Generator<string> {
    if (fstatSync(this.#descriptor).size < this.#position) this.#position = 0
    for (;;) {
      const bytes = readSync(this.#descriptor, this.#piece, 0, PIECE_BYTES, this.#position)
      if (bytes === 0) return
      this.#position += bytes
      const lines = (this.#rest + this.#decoder.write(this.#piece.subarray(0, bytes))).split('\n')
      this.#rest = lines.pop() ?? ''
      yield* lines.filter((line) => line !== '')
    }
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
