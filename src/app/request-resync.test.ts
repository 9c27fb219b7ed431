import { expect, test } from 'vitest'
import { lsn } from '../core/lsn.ts'
import { tableId } from '../core/table-id.ts'
import type { TableState } from '../core/table-state.ts'
import { whatIsLeft } from './request-resync.ts'

const orders = tableId('public', 'orders')
const wish = { tables: [orders], position: lsn(100n), wanted: 'streaming' } as const

function stateAt(endLsn: bigint, state: TableState) {
  const checkpoint = {
    number: 1n,
    endLsn: lsn(endLsn),
    commitTimeUs: 0n,
    epoch: 1n,
    writerId: '',
    incarnation: '',
    systemId: '',
    timeline: 1,
  }
  return { checkpoint, tables: [{ table: orders, state }], chunks: [] }
}

test.each([
  { endLsn: 99n, tag: 'streaming', left: 'the request was not taken up yet' },
  { endLsn: 100n, tag: 'snapshotting', left: '1 of 1 tables are not streaming yet' },
  { endLsn: 100n, tag: 'streaming', left: null },
] as const)('at $endLsn and $tag there is left: $left', ({ endLsn, tag, left }) => {
  expect(whatIsLeft(stateAt(endLsn, { tag, generation: 1 }), wish)).toBe(left)
})

test('a quarantined table is not waited for', () => {
  const state = { tag: 'quarantined', sinceLsn: lsn(1n), code: 'ROW_REJECTED', reason: 'too long' } as const
  expect(() => whatIsLeft(stateAt(100n, state), wish)).toThrow(/quarantined: too long/)
  expect(whatIsLeft(stateAt(99n, state), wish)).toBe('the request was not taken up yet')
})
