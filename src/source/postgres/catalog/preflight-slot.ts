import type { Finding } from '../../../core/finding.ts'
import type { BlockingTransaction } from './read-blockers.ts'
import type { ServerFacts } from './read-server-facts.ts'
import { judgeSlot, type Slot } from './read-slot.ts'

/** Transactions of this age are likely to hold the making of a slot up for long. */
const OLD_TRANSACTION_MS = 60_000
const FAILOVER_SINCE = 170_000

/** What is to be said of the slot, or of the making of it. Pure. */
export function checkSlot(facts: ServerFacts): readonly Finding[] {
  if (facts.slot !== null) return checkPresentSlot(facts.slot, facts.versionNum)
  return facts.runningTransactions
    .filter((transaction) => transaction.transactionAgeMs >= OLD_TRANSACTION_MS)
    .map((transaction) => slotBlocked(facts.slotName, transaction))
}

function slotBlocked(slot: string, transaction: BlockingTransaction): Finding {
  const age = `${Math.round(transaction.transactionAgeMs / 1000)} s`
  const isPrepared = transaction.pid === 0
  const who = isPrepared ? 'A prepared transaction' : `Session ${transaction.pid} (${transaction.applicationName})`
  return {
    level: 'warning',
    code: 'SLOT_BLOCKED',
    what: `${who} has an open transaction, ${age} old, that has changed something.`,
    why: `The making of slot ${slot} waits until it has ended.`,
    remedy: isPrepared ? `${transaction.query};` : `Let it end, or: SELECT pg_terminate_backend(${transaction.pid});`,
  }
}

function checkPresentSlot(slot: Slot, versionNum: number): readonly Finding[] {
  const fault = judgeSlot(slot)
  if (fault !== null) {
    const why = 'Changes cannot be read from it.'
    return [{ level: 'error', code: fault.code, what: `${fault.message}.`, why, remedy: fault.remedy }]
  }
  const findings: Finding[] = []
  if (slot.walStatus === 'unreserved') {
    findings.push({
      level: 'warning',
      code: 'SLOT_NEARLY_LOST',
      what: `Slot ${slot.name} needs WAL that the server may remove at its next checkpoint.`,
      why: 'Once it is removed the slot is lost, and every table must be copied anew.',
      remedy: "ALTER SYSTEM SET max_slot_wal_keep_size = '100GB'; SELECT pg_reload_conf(); with more than it is now.",
    })
  }
  if (versionNum >= FAILOVER_SINCE && !slot.failover) {
    findings.push({
      level: 'info',
      code: 'SLOT_NO_FAILOVER',
      what: `Slot ${slot.name} is not kept on standbys.`,
      why: 'After a failover to a standby it is gone, and every table must be copied anew.',
      remedy: `While nothing reads it, over a replication connection: ALTER_REPLICATION_SLOT ${slot.name} (FAILOVER true);`,
    })
  }
  return findings
}
