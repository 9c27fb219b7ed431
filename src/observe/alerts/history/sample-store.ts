import { mkdir, open, readdir, readFile, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeBlocks, encodeBlock, type SampleBlock } from './sample-block.ts'

const NAME = /^samples-(\d+)\.bin$/
/** The oldest of so many files goes when the directory is full. */
const FILES = 16
/** Each start begins a file: a service that is started again and again would make very many. */
const MOST_FILES = 1000

interface SampleFile {
  readonly path: string
  /** Of its first sample, milliseconds since 1970 UTC. */
  readonly sinceMs: number
}

/**
 * What metrics were, in files of a directory that together stay below a size: the oldest file goes first. A cache: what is lost costs history and nothing
 * else. Only one process may write to a directory; any may read.
 */
export class SampleStore implements AsyncDisposable {
  readonly #directory: string
  readonly #limitBytes: number
  #file: FileHandle | null = null
  #bytes = 0

  constructor(directory: string, limitBytes: number) {
    this.#directory = directory
    this.#limitBytes = limitBytes
  }

  /** Adds blocks of the same time. @throws what the file system says. */
  async append(blocks: readonly SampleBlock[]): Promise<void> {
    for (const block of blocks) {
      const piece = await encodeBlock(block)
      const file = await this.#fileFor(block, piece.length)
      await file.appendFile(piece)
      this.#bytes += piece.length
    }
  }

  async #fileFor({ times }: SampleBlock, bytes: number): Promise<FileHandle> {
    if (this.#file && this.#bytes + bytes <= this.#limitBytes / FILES) return this.#file
    await this.#file?.close()
    this.#file = null
    await mkdir(this.#directory, { recursive: true })
    await this.#makeRoom()
    this.#file = await open(join(this.#directory, `samples-${times[0] ?? 0}.bin`), 'a', 0o600)
    this.#bytes = (await this.#file.stat()).size
    return this.#file
  }

  async #makeRoom(): Promise<void> {
    const files = await listFiles(this.#directory)
    let room = this.#limitBytes - this.#limitBytes / FILES
    for (const [index, { path }] of files.toReversed().entries()) {
      room -= (await stat(path)).size
      if (room < 0 || index >= MOST_FILES) await rm(path)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close()
  }
}

/** The blocks of a directory that have samples from `sinceMs` on, oldest first; none where there is no directory. @throws what the file system says. */
export async function* readSamples(directory: string, sinceMs: number): AsyncGenerator<SampleBlock> {
  const files = await listFiles(directory)
  for (const [index, { path }] of files.entries()) {
    const next = files[index + 1]
    if (next && next.sinceMs <= sinceMs) continue
    for await (const block of decodeBlocks(await readOrNothing(path))) {
      if ((block.times.at(-1) ?? 0) >= sinceMs) yield block
    }
  }
}

async function listFiles(directory: string): Promise<readonly SampleFile[]> {
  const names = await namesIn(directory)
  return names
    .flatMap((name) => {
      const [, sinceMs] = NAME.exec(name) ?? []
      return sinceMs === undefined ? [] : [{ path: join(directory, name), sinceMs: Number(sinceMs) }]
    })
    .toSorted((a, b) => a.sinceMs - b.sinceMs)
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (isAbsence(error)) return []
    throw error
  }
}

/** The oldest file may go while the others are read. */
async function readOrNothing(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isAbsence(error)) return Buffer.alloc(0)
    throw error
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
