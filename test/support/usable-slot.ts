import { lsn } from '../../src/core/lsn.ts'
import type { Slot } from '../../src/source/postgres/catalog/read-slot.ts'

/** A slot that can be read from, and that nobody reads. */
export const USABLE_SLOT: Slot = {
  name: 'shop_sync',
  plugin: 'pgoutput',
  type: 'logical',
  database: 'shop',
  ourDatabase: 'shop',
  temporary: false,
  twoPhase: false,
  activePid: null,
  restartLsn: lsn(1n),
  confirmedLsn: lsn(2n),
  walStatus: 'reserved',
  invalidationReason: null,
  safeWalBytes: null,
  failover: true,
}
