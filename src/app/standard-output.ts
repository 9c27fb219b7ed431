import { fstatSync, writeSync } from 'node:fs'

/** Bytes that may wait for a reader that is slower than the log, before lines are dropped. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024

/** What of `process.stdout` is used. */
export interface OutputStream {
  readonly fd: number
  readonly isTTY?: boolean | undefined
  readonly writableLength: number
  readonly destroyed: boolean
  write(text: string): boolean
}

/**
 * Writes log lines to standard output without ever throwing, waiting or filling the memory: pipes do not block in Node, they queue; files
 * throw when the disk is full. Answers false for a text that was dropped. Errors of the stream itself are the caller's to listen to.
 * @see https://nodejs.org/api/process.html#a-note-on-process-io
 */
export function standardOutput(stream: OutputStream): (text: string) => boolean {
  if (!isFileLike(stream)) {
    return (text) => {
      if (stream.destroyed || stream.writableLength > MOST_WAITING_BYTES) return false
      stream.write(text)
      return true
    }
  }
  return (text) => {
    try {
      const bytes = Buffer.from(text)
      for (let done = 0; done < bytes.length;) done += writeSync(stream.fd, bytes, done)
      return true
    } catch {
      return false
    }
  }
}

/** A file or a device that is no terminal. */
function isFileLike({ fd, isTTY }: OutputStream): boolean {
  if (isTTY === true) return false
  try {
    const stat = fstatSync(fd)
    return !stat.isFIFO() && !stat.isSocket()
  } catch {
    return false
  }
}
