import type { ChunkRange } from '../../../core/source.ts'

/** How many sampled keys a boundary should rest on: fewer make chunks of very uneven size. */
export const SAMPLES_PER_CHUNK = 20

/**
 * Cuts a table into ranges of its key at evenly spaced members of a sorted sample of its keys.
 *
 * The ranges adjoin and both ends are open, so every key lies in exactly one, whatever the sample was. Equal boundaries
 * are taken once; a sample that is too small gives fewer chunks.
 */
export function planKeyRanges(sortedKeys: readonly (readonly string[])[], chunks: number): readonly ChunkRange[] {
  const ranges: ChunkRange[] = []
  let after: readonly string[] | null = null
  for (let cut = 1; cut < chunks; cut++) {
    const upTo = sortedKeys[Math.floor((cut * sortedKeys.length) / chunks)]
    if (upTo === undefined || (after !== null && sameKey(after, upTo))) continue
    ranges.push({ tag: 'key', after, upTo })
    after = upTo
  }
  ranges.push({ tag: 'key', after, upTo: null })
  return ranges
}

function sameKey(a: readonly string[], b: readonly string[]): boolean {
  return a.every((text, column) => text === b[column])
}
