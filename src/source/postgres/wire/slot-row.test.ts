import { expect, test } from 'vitest'
import { slotStart, type SlotRow } from './slot-row.ts'

const ROW: SlotRow = {
  plugin: 'pgoutput',
  slot_type: 'logical',
  is_ours: true,
  two_phase: false,
  active_pid: null,
  wal_status: 'reserved',
  confirmed_flush_lsn: '16/B374D848',
}

test('starts where the slot was confirmed', () => {
  expect(slotStart('s', ROW)).toBe(0x16_b374_d848n)
  expect(slotStart('s', { ...ROW, wal_status: 'unreserved' })).toBe(0x16_b374_d848n)
})

test.each<readonly [string, Partial<SlotRow> | undefined, string]>([
  ['does not exist', undefined, 'SLOT_MISSING'],
  ['is physical', { slot_type: 'physical', plugin: null, is_ours: false }, 'SLOT_UNUSABLE'],
  ['has another plugin', { plugin: 'test_decoding' }, 'SLOT_UNUSABLE'],
  ['is of another database', { is_ours: false }, 'SLOT_UNUSABLE'],
  ['decodes prepared transactions', { two_phase: true }, 'SLOT_UNUSABLE'],
  ['has lost WAL, though busy', { wal_status: 'lost', active_pid: 7 }, 'SLOT_LOST'],
  ['is in use', { active_pid: 4711 }, 'SLOT_BUSY'],
  ['was never ready', { confirmed_flush_lsn: null }, 'SLOT_UNUSABLE'],
])('a slot that %s is refused', (_, change, code) => {
  expect(() => slotStart('s', change === undefined ? undefined : { ...ROW, ...change })).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(' s ') }),
  )
})
