import { expect, test } from 'vitest'
import { USABLE_SLOT } from '../../../../test/support/usable-slot.ts'
import { judgeSlot } from './read-slot.ts'

test('takes a logical pgoutput slot of this database, also one that another process reads or that is behind', () => {
  expect(judgeSlot(USABLE_SLOT)).toBeNull()
  expect(judgeSlot({ ...USABLE_SLOT, activePid: 5, walStatus: 'unreserved' })).toBeNull()
})

test.each([
  [{ walStatus: 'lost' }, 'SLOT_LOST', 'max_slot_wal_keep_size'],
  [{ walStatus: 'lost', invalidationReason: 'wal_removed' }, 'SLOT_LOST', 'max_slot_wal_keep_size'],
  [{ invalidationReason: 'idle_timeout' }, 'SLOT_LOST', 'idle_replication_slot_timeout'],
  [{ invalidationReason: 'wal_level_insufficient' }, 'SLOT_LOST', 'wal_level'],
  [{ invalidationReason: 'rows_removed' }, 'SLOT_LOST', 'rows_removed'],
  [{ plugin: 'wal2json' }, 'SLOT_UNUSABLE', 'wal2json'],
  [{ type: 'physical', plugin: null, database: null }, 'SLOT_UNUSABLE', 'physical'],
  [{ database: 'other' }, 'SLOT_UNUSABLE', 'belongs to database other'],
  [{ temporary: true }, 'SLOT_UNUSABLE', 'temporary'],
  [{ twoPhase: true }, 'SLOT_UNUSABLE', 'two_phase'],
  [{ confirmedLsn: null }, 'SLOT_UNUSABLE', 'still being created'],
] as const)('refuses a slot with %j as %s', (difference, code, word) => {
  const fault = judgeSlot({ ...USABLE_SLOT, ...difference })
  expect(fault?.code).toBe(code)
  expect(fault?.message).toContain(word)
})
