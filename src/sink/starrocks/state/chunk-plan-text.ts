import * as z from 'zod'
import type { ChunkRange } from '../../../core/source.ts'

const keyBound = z.array(z.string()).nullable()

const storedPlan = z.union([
  /** Consecutive ctid ranges: the first block of each, then the last one's end. */
  z.object({ blocks: z.array(z.number().nullable()) }),
  /** Consecutive key ranges: the bound below each, then the last one's. */
  z.object({ keys: z.array(keyBound) }),
  z.object({
    ranges: z.array(
      z.union([
        z.object({ tag: z.literal('ctid'), fromBlock: z.number(), toBlock: z.number().nullable() }),
        z.object({ tag: z.literal('key'), after: keyBound, upTo: keyBound }),
      ]),
    ),
  }),
])

/** A plan as JSON. Ranges that follow one another share their bounds: a plan of a terabyte has ten thousand of them. */
export function encodePlan(ranges: readonly ChunkRange[]): string {
  const first = ranges[0]
  if (first !== undefined && areConsecutive(ranges)) {
    const bounds = [lowerBound(first), ...ranges.map(upperBound)]
    return JSON.stringify(first.tag === 'ctid' ? { blocks: bounds } : { keys: bounds })
  }
  return JSON.stringify({ ranges })
}

/** Reads what {@link encodePlan} wrote. @throws when it is something else. */
export function decodePlan(text: string): readonly ChunkRange[] {
  const stored = storedPlan.parse(JSON.parse(text))
  if ('ranges' in stored) return stored.ranges
  if ('keys' in stored) {
    return stored.keys.slice(1).map((upTo, index) => ({ tag: 'key', after: stored.keys[index] ?? null, upTo }))
  }
  return stored.blocks.slice(1).map((toBlock, index) => ({
    tag: 'ctid',
    fromBlock: stored.blocks[index] ?? 0,
    toBlock,
  }))
}

function areConsecutive(ranges: readonly ChunkRange[]): boolean {
  return ranges.every((range, index) => {
    const before = ranges[index - 1]
    if (before === undefined) return true
    const joined = JSON.stringify(upperBound(before)) === JSON.stringify(lowerBound(range))
    return before.tag === range.tag && joined && upperBound(before) !== null
  })
}

function lowerBound(range: ChunkRange): number | readonly string[] | null {
  return range.tag === 'ctid' ? range.fromBlock : range.after
}

function upperBound(range: ChunkRange): number | readonly string[] | null {
  return range.tag === 'ctid' ? range.toBlock : range.upTo
}
