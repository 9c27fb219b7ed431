const BYTES_OF = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
  ['tib', 2 ** 40],
])

/** Reads a size such as `64MB` (decimal units), `1GiB` (binary units) or `4096` into bytes. @throws {RangeError} when it is none. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim())
  const unit = BYTES_OF.get((match?.[2] ?? '').toLowerCase())
  if (!match || unit === undefined) {
    throw new RangeError('is not a size: write a number and B, kB, MB, GB, KiB, MiB or GiB, such as 64MB')
  }
  return Math.round(Number(match[1]) * unit)
}
