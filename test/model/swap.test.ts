import { describe, expect, test } from 'vitest'

import { explore, walk } from './explore.ts'
import { swapModel } from './swap/model.ts'
import { allRules, type Faults, type Rules, type World } from './swap/rules.ts'
import { expectHole, expectSound, seeds } from './tell.ts'

type Scenario = World['scenario']

function world(scenario: Scenario, faults: Partial<Faults>, off?: keyof Rules): World {
  const rules = off === undefined ? allRules : { ...allRules, [off]: false }
  return { scenario, rules, faults: { lost: 0, late: 0, kill: 0, timeout: 0, ...faults }, attempts: 2 }
}

const search = (model: World) => explore(swapModel(model), 200_000)
const scenarios: readonly Scenario[] = ['truncate', 'resync']

const holes: readonly (readonly [keyof Rules, Scenario, Partial<Faults>])[] = [
  ['ownObject', 'truncate', { timeout: 1 }],
  ['uniqueName', 'truncate', { late: 1 }],
  ['uniqueName', 'resync', { late: 1, timeout: 1 }],
  ['takeAway', 'truncate', { timeout: 1 }],
  ['takeAway', 'resync', { late: 1, timeout: 1 }],
  ['ownStatement', 'truncate', { timeout: 1 }],
  ['successorWaits', 'truncate', { timeout: 1 }],
  ['swapOnce', 'truncate', { lost: 1 }],
  ['swapOnce', 'resync', { lost: 1 }],
  ['swapBeforeRow', 'truncate', { kill: 1 }],
  ['marker', 'resync', { lost: 1 }],
  ['fenceBeforeLook', 'resync', { late: 1 }],
]

describe('statements that destroy: every state', () => {
  test.each(scenarios)('%s', (scenario) => {
    for (const faults of [
      { late: 1, timeout: 1 },
      { lost: 1, kill: 1 },
      { timeout: 1, kill: 1 },
    ]) {
      const explored = search(world(scenario, faults))
      expectSound(explored, `${scenario} with ${JSON.stringify(faults)}`)
      expect(explored.complete).toBe(true)
    }
  })
})

describe('statements that destroy: random walks', () => {
  test.each(seeds)('seed %i', (seed) => {
    for (const scenario of scenarios) {
      const model = swapModel(world(scenario, { lost: 2, late: 2, kill: 2, timeout: 2 }))
      expectSound(
        walk(() => model, seed, 200_000),
        `${scenario}, walk of seed ${seed}`,
      )
    }
  })
})

describe('statements that destroy: without the rule the hole is found', () => {
  test.each(holes)('%s: %s', (rule, scenario, faults) => {
    expectHole(search(world(scenario, faults, rule)), `${scenario} without ${rule}`)
  })

  test('there is a hole for every rule', () => {
    expect(new Set(holes.map(([rule]) => rule))).toEqual(new Set(Object.keys(allRules)))
  })
})
