import type { ScratchFile } from '../../src/core/scratch-file.ts'
import { SyncError } from '../../src/core/sync-error.ts'
import { someTicks } from './ticks.ts'

/** A scratch file in memory. `isFull` is asked before each append. */
export class MemoryFile implements ScratchFile {
  readonly #isFull: () => boolean
  #bytes = Buffer.alloc(0)
  #isOpen = true

  constructor(isFull: () => boolean) {
    this.#isFull = isFull
  }

  async append(bytes: Buffer): Promise<number> {
    this.#requireOpen()
    await someTicks()
    if (this.#isFull()) throw new SyncError('SPOOL_FULL', 'full by the test')
    const offset = this.#bytes.length
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    return offset
  }

  async read(target: Buffer, offset: number): Promise<void> {
    this.#requireOpen()
    await someTicks()
    if (offset + target.length > this.#bytes.length) throw new Error('read past the end of a scratch file')
    this.#bytes.copy(target, 0, offset, offset + target.length)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#requireOpen()
    this.#isOpen = false
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw new Error('a scratch file was used after it was closed')
  }
}
