import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  batchLoadLabel,
  chunkLabel,
  labelPrefix,
  ledgerLabel,
  type LabelOwner,
  stepLabel,
  trialLabel,
} from './labels.ts'
import { fencedName, parseFencedName } from './tables/fenced-name.ts'

const owner = { database: 'shop', pipeline: 'orders-eu' }
const chunk = { incarnation: 'life', epoch: 3n, table: 'public.orders', generation: 5, chunk: 17, attempt: 2 }

const batchLabel = (of: LabelOwner, incarnation: string, number: bigint, attempt: number) =>
  stepLabel(of, { kind: 'step', incarnation, number, attempt })

describe('labels', () => {
  test('are the same for whoever follows the same checkpoint', () => {
    expect(batchLabel(owner, 'life', 42n, 1)).toBe(batchLabel({ ...owner }, 'life', 42n, 1))
    expect(batchLabel(owner, 'life', 42n, 1)).toMatch(/^sync_orderseu_[0-9a-f]{12}_[0-9a-f]{8}_b42_1$/)
  })

  test('differ by attempt, number, life, pipeline and database', () => {
    const labels = [
      batchLabel(owner, 'life', 42n, 1),
      batchLabel(owner, 'life', 42n, 2),
      stepLabel(owner, { kind: 'raise', incarnation: 'life', number: 42n, attempt: 1 }),
      batchLabel(owner, 'life', 43n, 1),
      batchLabel(owner, 'other life', 42n, 1),
      batchLabel({ ...owner, pipeline: 'orderseu' }, 'life', 42n, 1),
      batchLabel({ ...owner, database: 'shop2' }, 'life', 42n, 1),
      batchLoadLabel(batchLabel(owner, 'life', 42n, 1), 1),
      chunkLabel(owner, chunk),
      chunkLabel(owner, { ...chunk, epoch: 4n }),
      chunkLabel(owner, { ...chunk, table: 'public.items' }),
      ledgerLabel(chunkLabel(owner, chunk)),
      trialLabel(owner, 'abc', 1),
    ]
    expect(new Set(labels).size).toBe(labels.length)
  })

  test('of the first batch do not depend on the life: two first starts meet', () => {
    expect(batchLabel(owner, 'one', 1n, 1)).toBe(batchLabel(owner, 'two', 1n, 1))
  })

  test('are labels to StarRocks whatever the names are, and begin with the prefix', () => {
    const big = 2n ** 63n
    const name = fc.string({ minLength: 1, maxLength: 100, unit: 'binary' })
    fc.assert(
      fc.property(name, name, name, (database, pipeline, table) => {
        const anyone = { database, pipeline }
        const longest = ledgerLabel(
          chunkLabel(anyone, { ...chunk, epoch: big, generation: 2 ** 40, chunk: 999_999, attempt: 9_999, table }),
        )
        expect(longest.startsWith(labelPrefix(anyone))).toBe(true)
        expect(batchLoadLabel(batchLabel(anyone, table, big, 9_999), 999).length).toBeLessThanOrEqual(128)
      }),
    )
  })
})

describe('fenced names', () => {
  const name = { table: 'orders', epoch: 7n, number: 42n, step: 'g5' }

  test('are read back', () => {
    expect(parseFencedName(owner, fencedName(owner, name))).toEqual(name)
    const shadow = { ...name, table: fencedName(owner, name), step: 't1' }
    expect(parseFencedName(owner, fencedName(owner, shadow))).toEqual(shadow)
  })

  test.each(['orders', 'orders__sync_e7n42', '_sync_checkpoint', fencedName({ ...owner, pipeline: 'other' }, name)])(
    '%s is not one of ours',
    (text) => {
      expect(parseFencedName(owner, text)).toBeNull()
    },
  )
})
