import type { SnapshotView } from '../../../core/source.ts'

const EPOCH = 1n << 32n
const HALF_EPOCH = 1n << 31n

/**
 * Reads what `pg_current_snapshot()` answers, `xmin:xmax:xip,xip,...`, with 64-bit transaction ids.
 *
 * The stream names transactions by their lower 32 bits. PostgreSQL keeps all ids in use within 2^31 of each other, so the
 * full id is the one nearest to the snapshot's xmax that ends in those bits.
 *
 * @throws {RangeError} when the text is not of that form.
 * @see PostgreSQL manual, "pg_snapshot Components"
 */
export function parseSnapshot(text: string): SnapshotView {
  const match = /^(\d+):(\d+):((?:\d+,?)*)$/.exec(text)
  if (!match) throw new RangeError(`not a snapshot: ${JSON.stringify(text)}`)
  const xmin = BigInt(match[1] ?? '')
  const xmax = BigInt(match[2] ?? '')
  const running = new Set((match[3] ?? '').split(',').filter(Boolean).map(BigInt))
  return {
    sees: (xid) => {
      const full = widenXid(xid, xmax)
      return full < xmin || (full < xmax && !running.has(full))
    },
    isSettled: (xid) => widenXid(xid, xmax) < xmin,
  }
}

/** The 64-bit transaction id with these lower 32 bits that is nearest to `near`. */
export function widenXid(xid: number, near: bigint): bigint {
  const full = (near & ~(EPOCH - 1n)) | BigInt(xid)
  if (full - near > HALF_EPOCH) return full - EPOCH
  if (near - full > HALF_EPOCH) return full + EPOCH
  return full
}
