import { closeSync, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs'

/**
 * A file that is appended to, whole lines at a time: when a write fails in the middle (full disk), what was written of it is taken back.
 */
export class Appender implements Disposable {
  readonly #path: string
  #descriptor: number
  #bytes: number
  #inode: number

  /** @throws {Error} of the file system. */
  constructor(path: string) {
    this.#path = path
    this.#descriptor = openSync(path, 'a')
    const { size, ino } = fstatSync(this.#descriptor)
    this.#bytes = size
    this.#inode = ino
  }

  /** Bytes in the file, as far as this process wrote them. */
  get bytes(): number {
    return this.#bytes
  }

  /** Appends all of `lines` or nothing. @throws {Error} of the file system, for instance ENOSPC. */
  append(lines: Buffer): void {
    let done = 0
    try {
      while (done < lines.length) done += writeSync(this.#descriptor, lines, done)
    } catch (error) {
      if (done > 0) this.#takeBack(done)
      throw error
    }
    this.#bytes += lines.length
  }

  /** Whether the name still leads to this file: somebody else may have moved it away. */
  isInPlace(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.ino === this.#inode
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }

  #takeBack(bytes: number): void {
    try {
      const { size } = fstatSync(this.#descriptor)
      ftruncateSync(this.#descriptor, size - bytes)
    } catch {
      // A device or pipe: nothing of it can be taken back, nor will be read as a file.
    }
  }
}
