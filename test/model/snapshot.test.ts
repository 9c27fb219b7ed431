import { describe, expect, test } from 'vitest'

import { explore, walk } from './explore.ts'
import { snapshotModel } from './snapshot/model.ts'
import { allRules, type Faults, type Rules, type World } from './snapshot/rules.ts'
import { randomScript, scripts, type ScriptName } from './snapshot/scripts.ts'
import { expectHole, expectSound, seeds } from './tell.ts'

function world(script: ScriptName, faults: Partial<Faults> = {}, other: Partial<World> = {}): World {
  const all = { kill: 0, late: 0, lost: 0, crash: 0, ...faults }
  const kind = { published: true, streaming: false, resync: false, perTable: false, asyncCommit: false }
  return { rules: allRules, script: scripts[script], ...kind, ...other, faults: all }
}

const search = (model: World) => explore(snapshotModel(model), 200_000)
const names: readonly ScriptName[] = ['moved', 'deleted', 'rekeyed', 'swapped', 'truncated', 'rewritten']
const added = { published: false }
const streaming = { streaming: true }
const resync = { resync: true }
const asyncCommit = { asyncCommit: true }
const perTable = { perTable: true }
const replayed = { perTable: true, streaming: true }

interface Hole {
  readonly rule: keyof Rules
  readonly script: ScriptName
  readonly faults?: Partial<Faults> | undefined
  readonly other?: Partial<World> | undefined
}

const holes: readonly Hole[] = [
  { rule: 'gate', script: 'updated' },
  { rule: 'visibilityCheck', script: 'updated' },
  { rule: 'checkedAtEntry', script: 'updated' },
  { rule: 'visibleAfterRestart', script: 'updated', faults: { kill: 1 } },
  { rule: 'doubtIsInFlight', script: 'updated', faults: { late: 1 } },
  { rule: 'sweepChunks', script: 'updated', faults: { kill: 1, late: 1 } },
  { rule: 'recordWithRows', script: 'moved' },
  { rule: 'lockBeforeSnapshot', script: 'truncated' },
  { rule: 'restartOnRewrite', script: 'rewritten' },
  { rule: 'endsAtTheGate', script: 'truncated', faults: { late: 1 } },
  { rule: 'waitAfterAdd', script: 'updated', other: added },
  { rule: 'passLastChunk', script: 'moved' },
  { rule: 'passLastReread', script: 'moved' },
  { rule: 'insertPosition', script: 'moved', other: asyncCommit },
  { rule: 'flushedBeforeCommit', script: 'deleted', faults: { crash: 1 }, other: asyncCommit },
  { rule: 'readVisible', script: 'moved' },
  { rule: 'reread', script: 'moved' },
  { rule: 'rereadSeesBatch', script: 'rekeyed' },
  { rule: 'originKey', script: 'swapped', other: streaming },
  { rule: 'rereadOnNewKey', script: 'rekeyed' },
  { rule: 'rereadOnNewKey', script: 'rekeyed', faults: { kill: 1 }, other: replayed },
  { rule: 'reread', script: 'deleted', faults: { kill: 1 }, other: replayed },
  { rule: 'checkpointLast', script: 'moved', faults: { kill: 1 }, other: replayed },
  { rule: 'doubtIsInFlight', script: 'moved', faults: { late: 1 }, other: replayed },
  { rule: 'sweepChunks', script: 'moved', faults: { kill: 1, late: 1 }, other: replayed },
  { rule: 'fillFromShadow', script: 'moved', other: resync },
]

describe('snapshot and stream: every state', () => {
  test.each(names)('%s', (name) => {
    for (const other of [{}, added, streaming]) {
      const explored = search(world(name, {}, other))
      expectSound(explored, `${name}, ${JSON.stringify(other)}`)
      expect(explored.complete).toBe(true)
    }
  })

  test('one update, a process killed, a commit late', () => {
    const explored = search(world('updated', { kill: 1, late: 1 }))
    expectSound(explored, 'updated, killed, late')
    expect(explored.complete).toBe(true)
  })

  test('two transactions that share no row', () => {
    const explored = search(world('apart'))
    expectSound(explored, 'apart')
    expect(explored.complete).toBe(true)
  })
})

describe('snapshot and stream: random workloads, random walks', () => {
  test.each(seeds)('seed %i', (seed) => {
    const faults = { kill: 1, late: 1, lost: 1, crash: 1 }
    for (const [name, other] of Object.entries({
      'from the start': {},
      added,
      streaming,
      resync,
      asyncCommit,
      perTable,
      replayed,
    })) {
      const model = (round: number) =>
        snapshotModel({ ...world('moved', faults, other), script: randomScript(seed * 1_000_000 + round) })
      expectSound(walk(model, seed, 100_000), `table ${name}, walk of seed ${seed}`)
    }
  })
})

describe('snapshot and stream: without the rule the hole is found', () => {
  test.each(holes)('$rule', ({ rule, script, faults = {}, other = {} }) => {
    const rules = { ...allRules, [rule]: false }
    expectHole(
      search(world(script, faults, { ...other, rules })),
      `snapshot (${script}, ${JSON.stringify(other)}) without ${rule}`,
    )
  })

  test('there is a hole for every rule', () => {
    expect(new Set(holes.map(({ rule }) => rule))).toEqual(new Set(Object.keys(allRules)))
  })
})
