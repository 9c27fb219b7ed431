import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemorySide } from '../../../test/support/memory-side.ts'
import { findCandidates } from './find-candidates.ts'
import { settleCandidates, type SettleOptions, type Settlement, type StableDifference } from './settle-candidates.ts'

const LIMITS = { bucketCount: 16, rowsPerWave: 1000, mostWaves: 4 }
const LIVE: SettleOptions<StableDifference> = {
  describe: (difference) => difference,
  caughtUp: async () => true,
  untouched: async () => new Set(),
  signal: new AbortController().signal,
  mostRounds: 5,
  mostDifferences: 1000,
}

async function compare(source: MemorySide, target: MemorySide, options = LIVE): Promise<Settlement<StableDifference>> {
  const { keys } = await findCandidates({ source, target }, LIMITS)
  return settleCandidates({ source, target }, keys, options)
}

const table = fc.dictionary(
  fc.string({ maxLength: 3 }),
  fc.array(fc.option(fc.string()), { minLength: 2, maxLength: 2 }),
)

test('exactly the rows that differ are found, with both sides of them', async () => {
  await fc.assert(
    fc.asyncProperty(table, table, async (first, second) => {
      const [source, target] = [new MemorySide(Object.entries(first)), new MemorySide(Object.entries(second))]
      const expected = [...new Set([...source.rows.keys(), ...target.rows.keys()])].flatMap((key) => {
        const [here, there] = [source.rows.get(key), target.rows.get(key)]
        if (JSON.stringify(here) === JSON.stringify(there)) return []
        return [{ key: [key], source: here ? [key, ...here] : null, target: there ? [key, ...there] : null }]
      })
      const { differences, rowsDifferent, rowsUnsettled } = await compare(source, target)
      const inOrder = (found: readonly { key: readonly string[] }[]) =>
        found.toSorted((a, b) => ((a.key[0] ?? '') < (b.key[0] ?? '') ? -1 : 1))
      expect(inOrder(differences)).toEqual(inOrder(expected))
      expect({ rowsDifferent, rowsUnsettled }).toEqual({ rowsDifferent: expected.length, rowsUnsettled: 0 })
    }),
  )
})

test('equal sides are read once', async () => {
  const rows = Array.from({ length: 500 }, (_, i) => [`${i}`, ['x', null]] as const)
  const [source, target] = [new MemorySide(rows), new MemorySide(rows.toReversed())]
  expect(await findCandidates({ source, target }, LIMITS)).toEqual({
    rowsCompared: 500,
    keys: new Map(),
    rowsLeftOut: 0,
  })
  expect([source.scans, target.scans]).toEqual([1, 1])
})

test('NULL, an empty text and a value in the next column are three things', async () => {
  const source = new MemorySide([
    ['1', [null, 'a']],
    ['2', ['', 'a']],
    ['3', ['a', '']],
  ])
  const target = new MemorySide([
    ['1', ['', 'a']],
    ['2', ['a', '']],
    ['3', ['', 'a']],
  ])
  expect((await compare(source, target)).rowsDifferent).toBe(3)
})

test('a row that was on its way is no difference', async () => {
  const source = new MemorySide([['1', ['new']]])
  const target = new MemorySide([['1', ['old']]])
  const caughtUp = async () => {
    target.rows.set('1', ['new'])
    return true
  }
  expect(await compare(source, target, { ...LIVE, caughtUp })).toMatchObject({ rowsDifferent: 0, rowsUnsettled: 0 })
})

test('a row that changes at every look is neither equal nor different', async () => {
  const source = new MemorySide([['1', ['a0']]])
  const target = new MemorySide([['1', ['z']]])
  let count = 0
  source.beforeFetch = () => void source.rows.set('1', [`a${(count += 1)}`])
  expect(await compare(source, target)).toMatchObject({ rowsDifferent: 0, rowsUnsettled: 1 })
})

test('while nobody applies what is waiting, only rows that it cannot concern are called different', async () => {
  const source = new MemorySide([
    ['1', ['new']],
    ['2', ['new']],
  ])
  const target = new MemorySide([
    ['1', ['old']],
    ['2', ['old']],
    ['3', ['old']],
  ])
  const stopped = { ...LIVE, caughtUp: async () => false }
  expect(await compare(source, target, stopped)).toMatchObject({ rowsDifferent: 0, rowsUnsettled: 3 })
  const asked: number[][] = []
  const untouched: SettleOptions<unknown>['untouched'] = async ({ present, absent }) => {
    asked.push([present.length, absent.length])
    return new Set(present.slice(0, 1))
  }
  expect(await compare(source, target, { ...stopped, untouched })).toMatchObject({
    rowsDifferent: 1,
    rowsUnsettled: 2,
    differences: [{ key: ['1'] }],
  })
  expect(asked).toEqual([[2, 1]])
})

test('all differing rows are counted, the first are named', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => [`${i}`, ['x']] as const)
  const settled = await compare(new MemorySide(rows), new MemorySide([]), { ...LIVE, mostDifferences: 10 })
  expect(settled.rowsDifferent).toBe(300)
  expect(settled.differences).toHaveLength(10)
})
