import { expect, test } from 'vitest'
import { USABLE_SLOT } from '../../../../test/support/usable-slot.ts'
import { checkServer } from './preflight-server.ts'
import { checkSlot } from './preflight-slot.ts'
import type { ServerFacts } from './read-server-facts.ts'

const GB = 1024 ** 3

/** A server on which there is nothing to find. */
const GOOD: ServerFacts = {
  versionNum: 180_004,
  inRecovery: false,
  encoding: 'UTF8',
  database: 'shop',
  walLevel: 'logical',
  maxSlots: 10,
  usedSlots: 3,
  maxSenders: 10,
  usedSenders: 3,
  walSenderTimeoutMs: 60_000,
  maxSlotWalBytes: 100 * GB,
  idleSlotTimeoutMs: 0,
  decodingWorkMemBytes: 64 * 1024 ** 2,
  role: { name: 'sync', mayReplicate: true, mayCreate: true },
  slotName: 'shop_sync',
  slot: null,
  runningTransactions: [],
}

const transaction = (ageMs: number, pid = 42) => ({
  virtualTransaction: '3/4',
  pid,
  applicationName: 'report',
  state: 'active',
  query: "ROLLBACK PREPARED 'x'",
  transactionAgeMs: ageMs,
})

test('finds nothing on a server that is set up well, whether the slot exists or not', () => {
  expect(checkServer(GOOD)).toEqual([])
  expect(checkSlot(GOOD)).toEqual([])
  expect(checkSlot({ ...GOOD, slot: USABLE_SLOT })).toEqual([])
})

test.each<[string, Partial<ServerFacts>, string, string]>([
  ['VERSION_TOO_OLD', { versionNum: 130_020 }, 'error', 'Upgrade'],
  ['VERSION_UNTESTED', { versionNum: 190_000 }, 'warning', 'newer version'],
  ['VERSION_STALE_PUBLICATION', { versionNum: 140_017 }, 'warning', '14.18'],
  ['VERSION_STALE_PUBLICATION', { versionNum: 170_004 }, 'warning', '17.5'],
  ['SERVER_STANDBY', { inRecovery: true }, 'error', 'primary'],
  ['ENCODING_UNKNOWN', { encoding: 'SQL_ASCII' }, 'warning', 'UTF8'],
  ['WAL_LEVEL', { walLevel: 'replica' }, 'error', "ALTER SYSTEM SET wal_level = 'logical'"],
  ['SLOTS_EXHAUSTED', { usedSlots: 10 }, 'error', 'max_replication_slots = 20'],
  ['SENDERS_EXHAUSTED', { usedSenders: 10 }, 'error', 'max_wal_senders = 20'],
  ['WAL_SENDER_TIMEOUT_OFF', { walSenderTimeoutMs: 0 }, 'error', 'wal_sender_timeout'],
  ['SLOT_WAL_UNBOUNDED', { maxSlotWalBytes: -1 }, 'warning', 'max_slot_wal_keep_size'],
  ['SLOT_WAL_TINY', { maxSlotWalBytes: 64 * 1024 ** 2 }, 'warning', 'max_slot_wal_keep_size'],
  ['SLOT_IDLE_TIMEOUT', { idleSlotTimeoutMs: 86_400_000 }, 'warning', 'idle_replication_slot_timeout = 0'],
  ['DECODING_WORK_MEM_SMALL', { decodingWorkMemBytes: 1024 ** 2 }, 'info', 'logical_decoding_work_mem'],
  [
    'ROLE_REPLICATION',
    { role: { name: 'sync', mayReplicate: false, mayCreate: true } },
    'error',
    'ALTER ROLE "sync" REPLICATION',
  ],
])('finds %s (%#)', (code, facts, level, remedy) => {
  const findings = checkServer({ ...GOOD, ...facts })
  expect(findings).toMatchObject([{ code, level, remedy: expect.stringContaining(remedy) }])
})

test.each([140_018, 150_013, 160_009, 170_005, 180_000])('knows that %d learns of added tables', (versionNum) => {
  expect(checkServer({ ...GOOD, versionNum })).toEqual([])
})

test.each<[string, Partial<ServerFacts>, string, string]>([
  ['SLOT_BLOCKED', { runningTransactions: [transaction(60_000)] }, 'warning', 'pg_terminate_backend(42)'],
  ['SLOT_BLOCKED', { runningTransactions: [transaction(60_000, 0)] }, 'warning', "ROLLBACK PREPARED 'x'"],
  ['SLOT_LOST', { slot: { ...USABLE_SLOT, walStatus: 'lost' } }, 'error', 'pg_drop_replication_slot'],
  ['SLOT_UNUSABLE', { slot: { ...USABLE_SLOT, plugin: 'wal2json' } }, 'error', 'source.slot'],
  ['SLOT_NEARLY_LOST', { slot: { ...USABLE_SLOT, walStatus: 'unreserved' } }, 'warning', 'max_slot_wal_keep_size'],
  ['SLOT_NO_FAILOVER', { slot: { ...USABLE_SLOT, failover: false } }, 'info', 'ALTER_REPLICATION_SLOT shop_sync'],
])('finds %s (%#)', (code, facts, level, remedy) => {
  expect(checkSlot({ ...GOOD, ...facts })).toMatchObject([{ code, level, remedy: expect.stringContaining(remedy) }])
})

test('does not mind transactions that are young, nor any when the slot exists and is used', () => {
  expect(checkSlot({ ...GOOD, runningTransactions: [transaction(59_000)] })).toEqual([])
  const slot = { ...USABLE_SLOT, activePid: 7 }
  expect(checkServer({ ...GOOD, slot, usedSlots: 10, usedSenders: 10 })).toEqual([])
})
