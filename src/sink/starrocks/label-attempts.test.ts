import { describe, expect, test } from 'vitest'
import type { Checkpoint } from '../../core/checkpoint.ts'
import { lsn } from '../../core/lsn.ts'
import { afterBegin, afterState, judgeRow } from './label-attempts.ts'
import type { Outcome, TransactionState } from './outcome.ts'

const why = 'why'
const ok: Outcome = { tag: 'ok' }
const unreachable: Outcome = { tag: 'back-off', kind: 'unreachable', why }
const refused: Outcome = { tag: 'misconfigured', code: 'SINK_PRIVILEGE', why }
const notThere: Outcome = { tag: 'next-attempt', why }
const inDoubt: Outcome = { tag: 'ask-state', why }
const is = (state: TransactionState): Outcome => ({ tag: 'label-is', state, why })

function ending(state: Outcome, rolledBack: Outcome | null, isMulti: boolean): string {
  const step = afterState(state, rolledBack, isMulti)
  return step.tag === 'ended' ? step.end : step.tag
}

describe('bringing a transaction to its end', () => {
  test.each([
    ['visible', is('visible'), null, 'visible'],
    ['committed', is('committed'), null, 'committed'],
    ['aborted', is('aborted'), null, 'aborted'],
    ['open', is('open'), null, 'roll-back'],
    ['open, although the rollback was answered OK', is('open'), ok, 'roll-back'],
    ['open, and rolling back is not allowed', is('open'), refused, 'give-up'],
    ['being committed', is('committing'), null, 'wait'],
    ['not to be asked', unreachable, null, 'wait'],
    ['not to be asked for lack of a privilege', refused, null, 'give-up'],
  ] as const)('%s: the same for one table and for many', (_name, state, rolledBack, step) => {
    expect([ending(state, rolledBack, false), ending(state, rolledBack, true)]).toEqual([step, step])
  })

  test('unknown of one table: never begun, or forgotten', () => {
    expect(ending(is('unknown'), null, false)).toBe('unknown')
  })

  test.each([
    ['was not rolled back yet', null, 'roll-back'],
    ['was rolled back: it was open, but had no load', ok, 'aborted'],
    ['could not be rolled back, as there is none', notThere, 'unknown'],
    ['is committed, says the rollback', { tag: 'durable', visible: false }, 'committed'],
    ['the rollback was not answered', inDoubt, 'roll-back'],
    ['the rollback is refused', refused, 'give-up'],
  ] as const)('unknown of many tables that %s', (_name, rolledBack, step) => {
    expect(ending(is('unknown'), rolledBack, true)).toBe(step)
  })
})

describe('the answer to a begin', () => {
  test.each([
    ['OK', ok, 'ours'],
    ['the label is open: a twin, or our own from before', is('open'), 'end-holder'],
    ['the label is committed', is('committed'), 'end-holder'],
    ['the label is aborted', is('aborted'), 'end-holder'],
    ['lost', inDoubt, 'end-holder'],
    ['busy', { tag: 'back-off', kind: 'busy', why }, 'failed'],
    ['refused', refused, 'failed'],
  ] as const)('%s', (_name, outcome, step) => {
    expect(afterBegin(outcome).tag).toBe(step)
  })
})

describe('the row', () => {
  const previous: Checkpoint = {
    number: 7n,
    endLsn: lsn(70n),
    commitTimeUs: 1n,
    epoch: 2n,
    writerId: 'us',
    incarnation: 'life',
    systemId: '1',
    timeline: 1,
  }
  const none: Checkpoint = { ...previous, number: 0n, writerId: '' }

  test.each([
    ['is what the batch follows', previous, previous, 'us', 'follows'],
    [
      'is what we took over from another writer',
      { ...previous, writerId: 'before' },
      { ...previous, writerId: 'before' },
      null,
      'follows',
    ],
    ['holds this batch, by us', previous, { ...previous, number: 8n }, 'us', 'already-committed'],
    ['holds this batch, by another writer', previous, { ...previous, number: 8n, writerId: 'them' }, 'us', 'replaced'],
    ['holds this batch, and we have written nothing yet', previous, { ...previous, number: 8n }, null, 'replaced'],
    ['holds a later batch', previous, { ...previous, number: 9n }, 'us', 'replaced'],
    ['has our number by another writer', previous, { ...previous, writerId: 'them' }, 'us', 'replaced'],
    ['is of another life of the pipeline', previous, { ...previous, incarnation: 'other' }, 'us', 'replaced'],
    ['is older than what we committed', previous, { ...previous, number: 6n }, 'us', 'behind'],
    ['is gone', previous, null, 'us', 'behind'],
    ['is absent before the first batch', none, null, null, 'follows'],
    ['is the first batch, by us', none, { ...previous, number: 1n }, 'us', 'already-committed'],
    [
      'is the first batch of another first start',
      none,
      { ...previous, number: 1n, writerId: 'them', incarnation: 'theirs' },
      'us',
      'replaced',
    ],
  ] as const)('%s', (...[, before, row, writerId, verdict]) => {
    expect(judgeRow(before, row, writerId).tag).toBe(verdict)
  })
})
