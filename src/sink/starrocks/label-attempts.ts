import type { Checkpoint } from '../../core/checkpoint.ts'
import type { Outcome, TransactionState } from './outcome.ts'

/** How a transaction ended, or that it never was. */
export type TransactionEnd =
  | 'visible'
  /** For good, but readers may not see it yet. */
  | 'committed'
  | 'aborted'
  /** Nothing is known under the label: never begun, lost by a restart, or forgotten. */
  | 'unknown'

/** What to do next to bring a transaction to its end. */
export type EndingStep =
  | { readonly tag: 'ended'; readonly end: TransactionEnd }
  | { readonly tag: 'roll-back' }
  /** Ask for the state again after a pause. */
  | { readonly tag: 'wait' }
  | { readonly tag: 'give-up'; readonly outcome: Outcome }

/**
 * What the state of a label calls for, when its transaction is to end.
 *
 * Unknown is not the same as never begun: a multi-table transaction is not told of before its first load, but can be rolled
 * back; so the first unknown of one is answered with a rollback (reference/starrocks.md 2.1).
 */
export function afterState(outcome: Outcome, rolledBack: Outcome | null, isMulti: boolean): EndingStep {
  switch (outcome.tag) {
    case 'label-is':
      return afterLabelState(outcome.state, rolledBack, isMulti)
    case 'durable':
      return { tag: 'ended', end: outcome.visible ? 'visible' : 'committed' }
    case 'misconfigured':
      return { tag: 'give-up', outcome }
    case 'ok':
    case 'ask-state':
    case 'next-attempt':
    case 'back-off':
    case 'rejected-rows':
      return { tag: 'wait' }
  }
}

function afterLabelState(state: TransactionState, rolledBack: Outcome | null, isMulti: boolean): EndingStep {
  switch (state) {
    case 'visible':
    case 'committed':
    case 'aborted':
      return { tag: 'ended', end: state }
    case 'open':
      return rolledBack?.tag === 'misconfigured' ? { tag: 'give-up', outcome: rolledBack } : { tag: 'roll-back' }
    case 'committing':
      return { tag: 'wait' }
    case 'unknown':
      return afterUnknown(rolledBack, isMulti)
  }
}

function afterUnknown(rolledBack: Outcome | null, isMulti: boolean): EndingStep {
  if (!isMulti) return { tag: 'ended', end: 'unknown' }
  switch (rolledBack?.tag) {
    case undefined:
      return { tag: 'roll-back' }
    case 'ok':
      return { tag: 'ended', end: 'aborted' }
    case 'next-attempt':
      return { tag: 'ended', end: 'unknown' }
    case 'durable':
      return { tag: 'ended', end: 'committed' }
    case 'misconfigured':
      return { tag: 'give-up', outcome: rolledBack }
    case 'label-is':
    case 'ask-state':
    case 'back-off':
    case 'rejected-rows':
      return { tag: 'roll-back' }
  }
}

/** What the answer to the begin of an attempt calls for. */
export type BeginStep =
  /** The transaction is ours. */
  | { readonly tag: 'ours' }
  /** Bring whatever holds the label to its end, then decide by {@link afterEnd}. */
  | { readonly tag: 'end-holder' }
  | { readonly tag: 'failed'; readonly outcome: Outcome }

/** Decides on the answer to a begin. An answer that got lost is a holder like any other: it is ended, and another attempt begun. */
export function afterBegin(outcome: Outcome): BeginStep {
  switch (outcome.tag) {
    case 'ok':
      return { tag: 'ours' }
    case 'label-is':
    case 'ask-state':
    case 'durable':
      return { tag: 'end-holder' }
    case 'next-attempt':
    case 'back-off':
    case 'rejected-rows':
    case 'misconfigured':
      return { tag: 'failed', outcome }
  }
}

/** What the row of `_sync_checkpoint` says about the batch that is to follow `previous`. */
export type RowVerdict =
  /** The row is `previous`: its follower may be begun. */
  | { readonly tag: 'follows' }
  /** We committed it before and did not know. */
  | { readonly tag: 'already-committed'; readonly checkpoint: Checkpoint }
  | { readonly tag: 'replaced'; readonly row: Checkpoint }
  /** The row is older than what we believed to have committed: that commit was none. */
  | { readonly tag: 'behind'; readonly row: Checkpoint | null }

/** Compares the row with what a batch follows. Number 0 stands for no row. `ourWriterId` is what this process last wrote, if it did. */
export function judgeRow(previous: Checkpoint, row: Checkpoint | null, ourWriterId: string | null): RowVerdict {
  if (row === null) return previous.number === 0n ? { tag: 'follows' } : { tag: 'behind', row }
  const sameLife = row.incarnation === previous.incarnation
  if (previous.number > 0n && !sameLife) return { tag: 'replaced', row }
  if (row.number === previous.number + 1n && row.writerId === ourWriterId) {
    return { tag: 'already-committed', checkpoint: row }
  }
  if (row.number > previous.number) return { tag: 'replaced', row }
  if (row.number < previous.number) return { tag: 'behind', row }
  return row.writerId === previous.writerId ? { tag: 'follows' } : { tag: 'replaced', row }
}
