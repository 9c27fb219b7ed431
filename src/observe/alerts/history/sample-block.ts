import { promisify } from 'node:util'
import { crc32, zstdCompress, zstdDecompress } from 'node:zlib'
import * as z from 'zod'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Bytes before the compressed text: its length and its check sum, both of four bytes, little-endian. */
const HEAD_BYTES = 8

/** A series of a block. */
export interface SampledSeries {
  readonly family: string
  readonly labels: Readonly<Record<string, string>>
  /** One per time of the block; NaN where there was none. */
  readonly values: readonly number[]
}

/** Metrics at some instants, one after another. */
export interface SampleBlock {
  /** Milliseconds since 1970 UTC, rising. */
  readonly times: readonly number[]
  readonly series: readonly SampledSeries[]
}

const number = z.number().nullable()

/** `c`: always the same. `d`: the first, and what was added from one to the next. `v`: as they are. */
const storedSeries = z.union([
  z.tuple([z.string(), z.record(z.string(), z.string()), z.literal('c'), number]),
  z.tuple([z.string(), z.record(z.string(), z.string()), z.enum(['d', 'v']), z.array(number)]),
])

const storedBlock = z.object({ t: z.array(z.number()), s: z.array(storedSeries) })

type StoredSeries = z.output<typeof storedSeries>

/** A piece of a file: a block by itself. */
export async function encodeBlock({ times, series }: SampleBlock): Promise<Buffer> {
  const text = JSON.stringify({ t: times, s: series.map(storeSeries) })
  const body = await compress(text)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32LE(body.length, 0)
  head.writeUInt32LE(crc32(body), 4)
  return Buffer.concat([head, body])
}

/** The blocks of a file, one after another. What a crash cut off, or a disk spoiled, ends it. */
export async function* decodeBlocks(file: Buffer): AsyncGenerator<SampleBlock> {
  for (let at = 0; at + HEAD_BYTES <= file.length;) {
    const end = at + HEAD_BYTES + file.readUInt32LE(at)
    const body = file.subarray(at + HEAD_BYTES, end)
    if (end > file.length || crc32(body) !== file.readUInt32LE(at + 4)) return
    const stored = storedBlock.safeParse(JSON.parse((await decompress(body)).toString()))
    if (!stored.success) return
    const { t: times, s } = stored.data
    yield { times, series: s.map((each) => loadSeries(each, times.length)) }
    at = end
  }
}

function storeSeries({ family, labels, values }: SampledSeries): StoredSeries {
  const [first = Number.NaN] = values
  if (values.every((value) => Object.is(value, first))) return [family, labels, 'c', orNull(first)]
  if (!values.every((value) => Number.isSafeInteger(value))) return [family, labels, 'v', values.map(orNull)]
  return [family, labels, 'd', values.map((value, index) => value - (index === 0 ? 0 : (values[index - 1] ?? 0)))]
}

function loadSeries(stored: StoredSeries, count: number): SampledSeries {
  const [family, labels] = stored
  if (stored[2] === 'c') return { family, labels, values: Array.from({ length: count }, () => orNaN(stored[3])) }
  const values = stored[3].map(orNaN)
  if (stored[2] === 'v') return { family, labels, values }
  let sum = 0
  return { family, labels, values: values.map((step) => (sum += step)) }
}

/** JSON has no NaN and no infinity. */
function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function orNaN(value: number | null): number {
  return value ?? Number.NaN
}
