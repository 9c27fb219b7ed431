/** Below this a chunk costs more in round trips than it gains by running beside others. */
const SMALLEST_CHUNK_BYTES = 8 * 1024 * 1024

/**
 * The size of a table's chunks, at most `targetChunkBytes`: chosen so that chunks of one size fill all connections to the end, instead of
 * leaving some of them idle while the last ones are copied. Pure.
 */
export function evenChunkBytes(tableBytes: number, targetChunkBytes: number, connections: number): number {
  const rounds = Math.ceil(tableBytes / (targetChunkBytes * connections))
  const even = Math.ceil(tableBytes / Math.max(1, rounds * connections))
  return Math.min(targetChunkBytes, Math.max(SMALLEST_CHUNK_BYTES, even))
}
