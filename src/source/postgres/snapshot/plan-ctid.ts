import type { ChunkRange } from '../../../core/source.ts'

/** What the size of a heap table says about its chunks. */
export interface HeapSize {
  /** Blocks of the main fork. */
  readonly blocks: number
  /** All bytes that a full read touches: heap and TOAST. */
  readonly bytes: number
}

/** A plan is kept in one value in the target: beyond this many chunks they grow instead. */
export const MAX_CHUNKS = 8_192

/**
 * Cuts a heap into ranges of whole blocks, each of about `targetChunkBytes`, TOAST reckoned in evenly.
 *
 * The ranges adjoin, the first begins at block 0 and the last is open, so rows that the table gains later belong to it. An
 * empty table has one range.
 */
export function planCtidRanges(size: HeapSize, targetChunkBytes: number): readonly ChunkRange[] {
  const bytesPerBlock = size.blocks === 0 ? 1 : size.bytes / size.blocks
  const wanted = Math.max(1, Math.ceil(targetChunkBytes / bytesPerBlock))
  const blocksPerChunk = Math.max(wanted, Math.ceil(size.blocks / MAX_CHUNKS))
  const ranges: ChunkRange[] = []
  let fromBlock = 0
  for (; fromBlock + blocksPerChunk < size.blocks; fromBlock += blocksPerChunk) {
    ranges.push({ tag: 'ctid', fromBlock, toBlock: fromBlock + blocksPerChunk })
  }
  ranges.push({ tag: 'ctid', fromBlock, toBlock: null })
  return ranges
}
