import { expect, test } from 'vitest'
import { lsn } from '../../core/lsn.ts'
import type { TableState } from '../../core/table-state.ts'
import { pipelineLag, tableLag } from './lag-keeper.ts'

const facts = { sessionUp: true, knownUntilMs: 1000, pendingSinceMs: null, graceSeconds: 15 }

test.each([
  ['something waits: late since it was made', { ...facts, pendingSinceMs: 500 }, { sinceMs: 500, graceSeconds: 0 }],
  ['nothing waits: not late while markers come back', facts, { sinceMs: 1000, graceSeconds: 15 }],
  [
    'no session: late since the last moment that is known',
    { ...facts, sessionUp: false },
    { sinceMs: 1000, graceSeconds: 0 },
  ],
  [
    'what waited in a session that is over is not waited for',
    { ...facts, sessionUp: false, pendingSinceMs: 5 },
    { sinceMs: 1000, graceSeconds: 0 },
  ],
  ['nothing is known yet', { ...facts, knownUntilMs: null }, null],
] as const)('%s', (_, given, expected) => {
  expect(pipelineLag(given)).toEqual(expected)
})

const pipeline = { sinceMs: 1000, graceSeconds: 15 }
const own = { sinceMs: 7, graceSeconds: 0 }

test.each<[TableState, typeof pipeline | null]>([
  [{ tag: 'streaming', generation: 1 }, pipeline],
  [{ tag: 'snapshotting', generation: 1 }, own],
  [{ tag: 'snapshotting', generation: 1, shadow: { liveApplied: true } }, pipeline],
  [{ tag: 'snapshotting', generation: 1, shadow: { liveApplied: false } }, own],
  [{ tag: 'waiting' }, own],
  [{ tag: 'paused', sinceLsn: lsn(1n) }, own],
  [{ tag: 'quarantined', sinceLsn: lsn(1n), code: 'X', reason: 'r' }, own],
  [{ tag: 'removed' }, null],
])('a table that is $0.tag is late as it should', (state, expected) => {
  expect(tableLag(state, 7, pipeline)).toEqual(expected)
})
