import { expect, test } from 'vitest'
import { samplePercent } from './plan-chunks.ts'
import { MAX_CHUNKS, planCtidRanges } from './plan-ctid.ts'
import { planKeyRanges } from './plan-key.ts'

const MB = 1024 * 1024

test('cuts a heap into adjoining ranges with an open end', () => {
  expect(planCtidRanges({ blocks: 25, bytes: 25 * 8_192 }, 10 * 8_192)).toEqual([
    { tag: 'ctid', fromBlock: 0, toBlock: 10 },
    { tag: 'ctid', fromBlock: 10, toBlock: 20 },
    { tag: 'ctid', fromBlock: 20, toBlock: null },
  ])
})

test('makes no empty last range of a heap that is cut evenly', () => {
  expect(planCtidRanges({ blocks: 20, bytes: 20 * 8_192 }, 10 * 8_192)).toHaveLength(2)
})

test('reckons TOAST in: a table of few blocks and many long values is cut as well', () => {
  expect(planCtidRanges({ blocks: 100, bytes: 1_000 * MB }, 100 * MB)).toHaveLength(10)
})

test.each([
  ['an empty table', { blocks: 0, bytes: 0 }, 1],
  ['a block with more TOAST than a chunk', { blocks: 3, bytes: 3_000 * MB }, 3],
  ['a table of 100 TB', { blocks: 13_421_772_800, bytes: 100 * MB * MB }, MAX_CHUNKS],
])('cuts %s into ranges', (_, size, count) => {
  expect(planCtidRanges(size, 128 * MB)).toHaveLength(count)
})

test('cuts keys at evenly spaced members of the sample', () => {
  const keys = Array.from({ length: 40 }, (_, index) => [String(index)])
  expect(planKeyRanges(keys, 4)).toEqual([
    { tag: 'key', after: null, upTo: ['10'] },
    { tag: 'key', after: ['10'], upTo: ['20'] },
    { tag: 'key', after: ['20'], upTo: ['30'] },
    { tag: 'key', after: ['30'], upTo: null },
  ])
})

test('makes one open range of a sample that is empty', () => {
  expect(planKeyRanges([], 5)).toEqual([{ tag: 'key', after: null, upTo: null }])
})

test('makes no empty ranges of a sample that is smaller than the number of chunks', () => {
  const ranges = planKeyRanges([['a'], ['b']], 10)
  expect(ranges).toEqual([
    { tag: 'key', after: null, upTo: ['a'] },
    { tag: 'key', after: ['a'], upTo: ['b'] },
    { tag: 'key', after: ['b'], upTo: null },
  ])
})

test.each([
  ['all of a small table', { chunks: 5, blocks: 20, estimatedRows: 3_000 }, 100],
  ['enough blocks of a middling one', { chunks: 5, blocks: 3_000, estimatedRows: 300_000 }, 10],
  ['a few blocks per chunk of a large one', { chunks: 1_000, blocks: 10_000_000, estimatedRows: 1_000_000_000 }, 0.05],
  ['enough keys of one with few rows to a block', { chunks: 100, blocks: 1_000_000, estimatedRows: 500_000 }, 0.4],
])('samples %s', (_, size, percent) => {
  expect(samplePercent(size)).toBeCloseTo(percent)
})
