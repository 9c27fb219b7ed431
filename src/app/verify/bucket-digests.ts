const WORDS = 4

/**
 * A digest of all rows of one side, per bucket of the key's hash: how many rows, and the sum of their 128-bit hashes word by
 * word. It does not depend on the order of the rows, and its size does not depend on their number.
 */
export class BucketDigests {
  /** A power of two. */
  readonly bucketCount: number
  /** Rows of each bucket. */
  readonly rows: Uint32Array
  readonly #sums: Uint32Array

  constructor(bucketCount: number) {
    this.bucketCount = bucketCount
    this.rows = new Uint32Array(bucketCount)
    this.#sums = new Uint32Array(bucketCount * WORDS)
  }

  /** Adds a row with this hash to a bucket. */
  add(bucket: number, hash: Uint32Array): void {
    this.rows[bucket] = (this.rows[bucket] ?? 0) + 1
    const at = bucket * WORDS
    for (let word = 0; word < WORDS; word++) {
      this.#sums[at + word] = (this.#sums[at + word] ?? 0) + (hash[word] ?? 0)
    }
  }

  /** Rows of all buckets. */
  get rowCount(): number {
    return this.rows.reduce((sum, count) => sum + count, 0)
  }

  /** The buckets in which the two sides do not hold the same rows, ascending. Both must have as many buckets. */
  differingFrom(other: BucketDigests): readonly number[] {
    const differing: number[] = []
    for (let bucket = 0; bucket < this.bucketCount; bucket++) {
      if (!this.#isSameIn(bucket, other)) differing.push(bucket)
    }
    return differing
  }

  #isSameIn(bucket: number, other: BucketDigests): boolean {
    if (this.rows[bucket] !== other.rows[bucket]) return false
    for (let at = bucket * WORDS; at < (bucket + 1) * WORDS; at++) {
      if (this.#sums[at] !== other.#sums[at]) return false
    }
    return true
  }
}

const ROWS_PER_BUCKET = 32
const FEWEST_BUCKETS = 1024
const MOST_BUCKETS = 262_144

/** Enough buckets that one row that differs costs little to find; a power of two. */
export function bucketCountFor(estimatedRows: number): number {
  const wanted = Math.max(FEWEST_BUCKETS, Math.min(MOST_BUCKETS, estimatedRows / ROWS_PER_BUCKET))
  return 2 ** Math.ceil(Math.log2(wanted))
}

/** The buckets that are looked into, and a lower bound of the rows that differ in those that are not. */
export interface Waves {
  /** Buckets that are read together, so that never more than the allowed rows are kept. */
  readonly waves: readonly ReadonlySet<number>[]
  readonly rowsLeftOut: number
}

/** Divides the differing buckets into waves of at most `rowsPerWave` rows of both sides, and at most `mostWaves` of them. Pure. */
export function planWaves(
  [source, target]: readonly [BucketDigests, BucketDigests],
  differing: readonly number[],
  limits: { readonly rowsPerWave: number; readonly mostWaves: number },
): Waves {
  const waves: Set<number>[] = []
  let rows = Number.POSITIVE_INFINITY
  let rowsLeftOut = 0
  for (const bucket of differing) {
    const [here, there] = [source.rows[bucket] ?? 0, target.rows[bucket] ?? 0]
    rows += here + there
    if (rows > limits.rowsPerWave && waves.length < limits.mostWaves) {
      waves.push(new Set())
      rows = here + there
    }
    if (rows <= limits.rowsPerWave || waves.at(-1)?.size === 0) waves.at(-1)?.add(bucket)
    else rowsLeftOut += Math.max(1, Math.abs(here - there))
  }
  return { waves, rowsLeftOut }
}
