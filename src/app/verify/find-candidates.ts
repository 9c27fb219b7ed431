import { BucketDigests, planWaves } from './bucket-digests.ts'
import { RowHash } from './row-hash.ts'
import { keyOf, type CanonicalRow, type TableSide, type TableSides } from './table-side.ts'

/** Bounds of memory and time. */
export interface ScanLimits {
  readonly bucketCount: number
  /** Rows of both sides whose hashes are kept at once. */
  readonly rowsPerWave: number
  /** Times that both sides are read again to look into buckets that differ. */
  readonly mostWaves: number
  /** Called now and then while the source is first read. */
  readonly onRows?: ((rowsRead: number) => void) | undefined
}

/** Keys whose rows were not equal when they were read, with the source's row then. */
export interface Candidates {
  readonly rowsCompared: number
  /** Canonical key -> hash of the source's row, null when there was none. */
  readonly keys: ReadonlyMap<string, string | null>
  /** At least so many rows differ beyond `keys`; 0 unless the table differs nearly everywhere. */
  readonly rowsLeftOut: number
}

/** Reads both sides in flat memory and finds the keys that may differ: every row that really differs is among them. */
export async function findCandidates(sides: TableSides, limits: ScanLimits): Promise<Candidates> {
  const digests = await Promise.all([
    digest(sides.source, limits.bucketCount, limits.onRows),
    digest(sides.target, limits.bucketCount),
  ])
  const [source, target] = digests
  const { waves, rowsLeftOut } = planWaves(digests, source.differingFrom(target), limits)
  const keys = new Map<string, string | null>()
  for (const wave of waves) {
    const [here, there] = await Promise.all([
      keepRows(sides.source, wave, limits.bucketCount),
      keepRows(sides.target, wave, limits.bucketCount),
    ])
    for (const [key, hash] of here) if (there.get(key) !== hash) keys.set(key, hash)
    for (const key of there.keys()) if (!here.has(key)) keys.set(key, null)
  }
  return { rowsCompared: Math.max(source.rowCount, target.rowCount), keys, rowsLeftOut }
}

const ROWS_BETWEEN_CALLS = 10_000

async function digest(
  side: TableSide,
  bucketCount: number,
  onRows?: (rowsRead: number) => void,
): Promise<BucketDigests> {
  const digests = new BucketDigests(bucketCount)
  const hash = new RowHash()
  let rows = 0
  await side.scan((row) => {
    const bucket = bucketOf(row, hash, bucketCount)
    hash.hash(row.bytes, row.start, row.end)
    digests.add(bucket, hash.words)
    rows += 1
    if (rows % ROWS_BETWEEN_CALLS === 0) onRows?.(rows)
  })
  return digests
}

async function keepRows(
  side: TableSide,
  buckets: ReadonlySet<number>,
  bucketCount: number,
): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>()
  const hash = new RowHash()
  await side.scan((row) => {
    if (buckets.has(bucketOf(row, hash, bucketCount))) kept.set(keyOf(row), hashText(row, hash))
  })
  return kept
}

function bucketOf(row: CanonicalRow, hash: RowHash, bucketCount: number): number {
  hash.hash(row.bytes, row.start, row.keyEnd)
  return (hash.words[0] ?? 0) & (bucketCount - 1)
}

/** The hash of a row as text. */
export function hashText(row: CanonicalRow, hash: RowHash): string {
  hash.hash(row.bytes, row.start, row.end)
  const { words } = hash
  return `${words[0]},${words[1]},${words[2]},${words[3]}`
}
