import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BucketDigests, bucketCountFor, planWaves } from './bucket-digests.ts'

function digestsOf(rows: readonly (readonly [bucket: number, ...words: number[]])[], bucketCount = 8): BucketDigests {
  const digests = new BucketDigests(bucketCount)
  for (const [bucket, ...words] of rows)
    digests.add(
      bucket,
      Uint32Array.from([0, 1, 2, 3], (word) => words[word] ?? 0),
    )
  return digests
}

const rowsOfBuckets = fc.array(fc.tuple(fc.nat(7), fc.nat(), fc.nat(), fc.nat(), fc.nat()))

test('the order of rows does not matter', () => {
  fc.assert(
    fc.property(rowsOfBuckets, (rows) => {
      expect(digestsOf(rows).differingFrom(digestsOf(rows.toReversed()))).toEqual([])
    }),
  )
})

test('a row that only one side has shows in its bucket and in no other', () => {
  fc.assert(
    fc.property(rowsOfBuckets, fc.tuple(fc.nat(7), fc.nat()), (rows, extra) => {
      expect(digestsOf(rows).differingFrom(digestsOf([...rows, extra]))).toEqual([extra[0]])
    }),
  )
})

test('sums wrap around without losing a difference', () => {
  const large = 0xffff_ffff
  expect(
    digestsOf([
      [1, large],
      [1, large],
    ]).differingFrom(
      digestsOf([
        [1, large],
        [1, large - 1],
      ]),
    ),
  ).toEqual([1])
})

test.each([
  [-1, 1024],
  [0, 1024],
  [1_000_000, 32_768],
  [10_000_000_000, 262_144],
])('%d rows have %d buckets', (rows, buckets) => {
  expect(bucketCountFor(rows)).toBe(buckets)
})

const three = digestsOf([[1], [1], [2], [2], [2], [3]])
const none = digestsOf([])

test.each([
  { rowsPerWave: 100, mostWaves: 4, waves: [[1, 2, 3]], rowsLeftOut: 0, why: 'all at once when they fit' },
  { rowsPerWave: 4, mostWaves: 4, waves: [[1], [2, 3]], rowsLeftOut: 0, why: 'in several waves when they do not' },
  { rowsPerWave: 1, mostWaves: 2, waves: [[1], [2]], rowsLeftOut: 1, why: 'a bucket larger than a wave alone' },
  { rowsPerWave: 100, mostWaves: 0, waves: [], rowsLeftOut: 6, why: 'and the rows of the rest counted' },
])('differing buckets are looked into $why', ({ rowsPerWave, mostWaves, waves, rowsLeftOut }) => {
  const planned = planWaves([three, none], three.differingFrom(none), { rowsPerWave, mostWaves })
  expect({ waves: planned.waves.map((wave) => [...wave]), rowsLeftOut: planned.rowsLeftOut }).toEqual({
    waves,
    rowsLeftOut,
  })
})
