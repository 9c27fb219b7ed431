/**
 * The rules of the fence (design.md section 3), each one a switch: all on is the protocol, one off is the planted hole.
 */
export interface Rules {
  /** The label of what follows number n is made of n + 1 and the attempt, not of who writes it. */
  readonly numberedLabels: boolean
  /** Before it raises the epoch, a successor begins and rolls back every step label of the next number. */
  readonly closeNumber: boolean
  /** Epoch raises have labels of their own family: no twin's late load can reach them with data. */
  readonly ownLabelsForRaise: boolean
  /** Every attempt has a label of its own, also where an aborted one could be begun again. */
  readonly labelPerAttempt: boolean
  /** The next attempt is begun only when the one before it is aborted for good. */
  readonly attemptsInOrder: boolean
  /** Nothing is loaded under a label whose begin was not answered OK to this process. */
  readonly loadOnlyIntoOwnBegin: boolean
  /** The TxnId of every reply is compared with begin's; another one ends the attempt. */
  readonly compareTxnId: boolean
  /** A load whose reply was lost is not sent again into the same transaction. */
  readonly loadOnce: boolean
  /** A label under which more than a begin was ever sent is never begun again. */
  readonly newLabelOnceUsed: boolean
  /** A label that is UNKNOWN, also to a rollback, may have been committed and forgotten: the row decides. */
  readonly unknownAsksRow: boolean
  /** The OK of a commit is believed only when the label's state says so too. */
  readonly verifyCommit: boolean
  /** After its raise a process reads the row, and goes on only if it is its own. */
  readonly readRaise: boolean
  /** The row is read only when every commit before it is VISIBLE. */
  readonly waitVisible: boolean
  /** A commit is sent only under a valid answer about the slot's owner. */
  readonly ownCommit: boolean
  /** An answer's validity counts from when the question was sent. */
  readonly answerAgedFromSending: boolean
  /** A successor waits until its predecessor's last answer is over before it sweeps. */
  readonly successorWaits: boolean
  /** A successor brings every open load to an end before it reads the row. */
  readonly sweepOpenLoads: boolean
  /** The sweep asks for every attempt, also behind one that is UNKNOWN. */
  readonly sweepEveryAttempt: boolean
  /** The first batch starts at the row's LSN, not at the slot's. */
  readonly startAtRow: boolean
  /** The slot is confirmed only as far as the row says. */
  readonly rowBeforeConfirm: boolean
  /** A row by another writer ends the process. */
  readonly stopWhenReplaced: boolean
}

/** The protocol: no hole planted. */
export const allRules: Rules = {
  numberedLabels: true,
  closeNumber: true,
  ownLabelsForRaise: true,
  labelPerAttempt: true,
  attemptsInOrder: true,
  loadOnlyIntoOwnBegin: true,
  compareTxnId: true,
  loadOnce: true,
  newLabelOnceUsed: true,
  unknownAsksRow: true,
  verifyCommit: true,
  readRaise: true,
  waitVisible: true,
  ownCommit: true,
  answerAgedFromSending: true,
  successorWaits: true,
  sweepOpenLoads: true,
  sweepEveryAttempt: true,
  startAtRow: true,
  rowBeforeConfirm: true,
  stopWhenReplaced: true,
}

/** How often each fault may strike in one run. */
export interface Faults {
  /** A request that takes effect, or not, and whose reply is lost. */
  readonly lost: number
  /** A request whose sender gave up and that arrives at any later time. */
  readonly late: number
  /** A finished label is forgotten. */
  readonly evict: number
  /** A failed commit is answered OK. */
  readonly falseOk: number
  /** The target's frontend restarts: open transactions are gone and UNKNOWN. */
  readonly frontendRestart: number
  /** A process is killed; a new one starts in its place. */
  readonly kill: number
  /** The source takes the slot from a process that is stopped. */
  readonly timeout: number
}

export const noFaults: Faults = { lost: 0, late: 0, evict: 0, falseOk: 0, frontendRestart: 0, kill: 0, timeout: 0 }

/** What is explored: the size of the world, which of the two fences may be relied on, and the faults. */
export interface World {
  readonly rules: Rules
  readonly faults: Faults
  /** Source transactions after the start: their end LSNs are 1..wal. */
  readonly wal: number
  /** Attempts that a number has. */
  readonly attempts: number
  /** False: a process may believe an old answer for ever (a virtual machine that was paused). */
  readonly clocksRun: boolean
  /** True: per-table mode. The row has a single-table transaction, whose label can be begun again once aborted. */
  readonly singleTable: boolean
}
