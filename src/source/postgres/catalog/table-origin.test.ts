import { expect, test } from 'vitest'
import { compareOrigins, formatOrigin } from './table-origin.ts'

const leaf = (oid: number, filenode = oid) => ({ oid, filenode: String(filenode) })

test('writes what a table is made of, whatever the order in which the catalog tells it', () => {
  expect(formatOrigin(10, [])).toBe('10')
  expect(formatOrigin(10, [leaf(12, 99), leaf(11)])).toBe('10:11,12/99')
})

test.each([
  ['nothing', '10', '10', { tag: 'grown', leaves: [] }],
  ['the first partition', '10', '10:11', { tag: 'grown', leaves: [11] }],
  ['another partition', '10:11,12/99', '10:11,12/99,13/14', { tag: 'grown', leaves: [13] }],
  ['one partition less', '10:11,12', '10:12', { tag: 'lost', leaves: [11] }],
  ['other files of a partition', '10:11,12', '10:11,12/13', { tag: 'lost', leaves: [12] }],
  ['another table', '10:11', '20:11', { tag: 'replaced' }],
])('%s', (_, before, now, difference) => {
  expect(compareOrigins(before, now)).toEqual(difference)
})
