import { describe, expect, test } from 'vitest'

import { explore, walk, type Explored } from './explore.ts'
import { fenceModel } from './fence/model.ts'
import { allRules, noFaults, type Faults, type Rules, type World } from './fence/rules.ts'
import { expectHole, expectSound, seeds } from './tell.ts'

/** Each fence by itself: with clocks any label may be forgotten, without clocks all labels are remembered. */
const clocks = { clocksRun: true }
const labels = { clocksRun: false }

function world(faults: Partial<Faults>, off: readonly (keyof Rules)[] = [], other: Partial<World> = {}): World {
  const rules = { ...allRules, ...Object.fromEntries(off.map((rule) => [rule, false])) }
  return {
    rules,
    faults: { ...noFaults, ...faults },
    wal: 2,
    attempts: 2,
    clocksRun: true,
    singleTable: false,
    ...other,
  }
}

interface Hole {
  readonly rule: keyof Rules
  readonly faults: Partial<Faults>
  readonly other?: Partial<World> | undefined
  /** Rules off before: `rule` is a second line behind them, and alone it still holds. */
  readonly behind?: readonly (keyof Rules)[] | undefined
}

const holes: readonly Hole[] = [
  { rule: 'numberedLabels', faults: { timeout: 1 }, other: labels },
  { rule: 'closeNumber', faults: { timeout: 1 }, other: labels },
  { rule: 'ownLabelsForRaise', faults: { timeout: 1, frontendRestart: 1 } },
  { rule: 'labelPerAttempt', faults: { timeout: 1 }, other: { singleTable: true }, behind: ['readRaise'] },
  { rule: 'attemptsInOrder', faults: { lost: 1 } },
  { rule: 'loadOnlyIntoOwnBegin', faults: { timeout: 1 }, behind: ['ownLabelsForRaise'] },
  { rule: 'compareTxnId', faults: { late: 1, frontendRestart: 1 } },
  { rule: 'loadOnce', faults: { late: 1 } },
  { rule: 'newLabelOnceUsed', faults: { late: 1, frontendRestart: 1 } },
  { rule: 'unknownAsksRow', faults: { lost: 1, evict: 1 } },
  { rule: 'verifyCommit', faults: { falseOk: 1 } },
  { rule: 'readRaise', faults: { timeout: 1, kill: 1, frontendRestart: 1 }, other: { wal: 0, attempts: 1 } },
  { rule: 'waitVisible', faults: { timeout: 1 } },
  { rule: 'ownCommit', faults: { timeout: 1, evict: 1 } },
  { rule: 'answerAgedFromSending', faults: { timeout: 1, evict: 2 } },
  { rule: 'successorWaits', faults: { timeout: 1, evict: 2 } },
  { rule: 'sweepOpenLoads', faults: { timeout: 1 } },
  { rule: 'sweepEveryAttempt', faults: { timeout: 1, evict: 1, lost: 1 } },
  { rule: 'startAtRow', faults: { timeout: 1 } },
  { rule: 'rowBeforeConfirm', faults: {} },
  { rule: 'stopWhenReplaced', faults: { timeout: 1, lost: 1 }, other: { ...labels, attempts: 1 } },
]

const search = (model: World): Explored => explore(fenceModel(model), 300_000)

describe('the fence of the checkpoint: every state', () => {
  const one = { wal: 1 }
  const anything = { lost: 1, late: 1, falseOk: 1, evict: 1, frontendRestart: 1 }
  const worlds: readonly (readonly [string, World])[] = [
    ['nothing fails', world({})],
    ['clocks: slot taken, labels forgotten', world({ timeout: 1, evict: 2 }, [], one)],
    [
      'clocks: slot taken, label forgotten, frontend restarted',
      world({ timeout: 1, evict: 1, frontendRestart: 1 }, [], one),
    ],
    ['clocks: slot taken, label forgotten, reply lost', world({ timeout: 1, evict: 1, lost: 1 }, [], one)],
    ['labels: slot taken twice', world({ timeout: 2 }, [], labels)],
    ['one writer: all that the target can do', world(anything, [], one)],
    ['clocks, single-table transactions: slot taken twice', world({ timeout: 2 }, [], { singleTable: true })],
  ]
  test.each(worlds)('%s', (name, model) => {
    const explored = search(model)
    expectSound(explored, `fence, ${name}`)
    expect(explored.complete).toBe(true)
  })
})

describe('the fence of the checkpoint: random walks', () => {
  const many = { lost: 2, late: 2, evict: 4, falseOk: 1, frontendRestart: 1, kill: 2, timeout: 2 }
  const larger = { wal: 3, attempts: 3 }
  test.each(seeds)('seed %i', (seed) => {
    const byClocks = fenceModel(world(many, [], { ...larger, ...clocks }))
    expectSound(
      walk(() => byClocks, seed, 400_000),
      `fence by clocks, walk of seed ${seed}`,
    )
    const byLabels = fenceModel(world({ ...many, evict: 0, frontendRestart: 0 }, [], { ...larger, ...labels }))
    expectSound(
      walk(() => byLabels, seed, 400_000),
      `fence by labels, walk of seed ${seed}`,
    )
  })
})

describe('the fence of the checkpoint: what it does not hold', () => {
  test('labels of single-table transactions are no fence without clocks', () => {
    expectHole(search(world({ timeout: 1 }, [], { ...labels, singleTable: true })), 'single-table labels alone')
  })
})

describe('the fence of the checkpoint: without the rule the hole is found', () => {
  test.each(holes)('$rule', ({ rule, faults, other = clocks, behind = [] }) => {
    if (behind.length > 0) expectSound(search(world(faults, behind, other)), `fence without ${behind.join(', ')}`)
    expectHole(search(world(faults, [...behind, rule], other)), `fence without ${[...behind, rule].join(', ')}`)
  })

  test('there is a hole for every rule', () => {
    expect(new Set(holes.map(({ rule }) => rule))).toEqual(new Set(Object.keys(allRules)))
  })
})
