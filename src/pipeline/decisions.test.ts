import { describe, expect, it } from 'vitest'
import { SOME_CHECKPOINT } from '../../test/support/some-checkpoint.ts'
import { ERROR_CATALOGUE, type ErrorCode } from '../core/error-codes.ts'
import { lsn, ZERO_LSN } from '../core/lsn.ts'
import { SyncError } from '../core/sync-error.ts'
import { tableId } from '../core/table-id.ts'
import type { TableState } from '../core/table-state.ts'
import { backOffMs } from './back-off.ts'
import { cutDecision, type CutSituation } from './cut-rule.ts'
import { failureReaction } from './failure-rule.ts'
import { startCheckpoint } from './start-checkpoint.ts'
import { isPassed, stateAt } from './table-lifecycle.ts'
import { tableStart } from './table-start.ts'
import { type FillSituation, mayBeInParts, valueOrigin } from './unchanged-values.ts'

describe('where a batch ends', () => {
  const limits = { flushAfterMs: 500, maxBatchBytes: 1000, maxBatchRows: 100 }
  const at: CutSituation = {
    inTransaction: false,
    applierFree: true,
    ageMs: 0,
    bytes: 10,
    rows: 1,
    ended: false,
    urgent: false,
    filled: true,
  }
  it.each<[string, Partial<CutSituation>, ReturnType<typeof cutDecision>]>([
    ['young and small', {}, 'wait'],
    ['old enough', { ageMs: 500 }, 'cut'],
    ['old enough, but within a transaction', { ageMs: 900, inTransaction: true }, 'wait'],
    ['old enough, but the batch before is on its way', { ageMs: 900, applierFree: false }, 'wait'],
    ['full of bytes', { bytes: 1000 }, 'cut'],
    ['full of rows', { rows: 100 }, 'cut'],
    ['full within a transaction', { bytes: 1000, inTransaction: true }, 'part'],
    ['full while the batch before is on its way', { rows: 100, applierFree: false }, 'hold'],
    ['ended by a large transaction', { ended: true }, 'cut'],
    ['ended while the batch before is on its way', { ended: true, applierFree: false }, 'hold'],
    ['urgent', { urgent: true }, 'cut'],
    ['urgent within a transaction', { urgent: true, inTransaction: true }, 'wait'],
    ['old and empty', { ageMs: 900, filled: false }, 'wait'],
  ])('%s', (_, situation, decision) => {
    expect(cutDecision({ ...at, ...situation }, limits)).toBe(decision)
  })
})

describe('what follows a failed attempt', () => {
  it('never blames rows for an error that may pass', () => {
    for (const code of codes) {
      if (ERROR_CATALOGUE[code].retry !== 'auto' || code === 'TRANSACTION_REPLANNED') continue
      expect(failureReaction(new SyncError(code, ''), { partsSent: 0 })).toBe('again')
      expect(failureReaction(new SyncError(code, ''), { partsSent: 1 })).toBe('restart')
    }
  })

  it.each<[ErrorCode, ReturnType<typeof failureReaction>]>([
    ['ROW_REJECTED', 'blame'],
    ['TRANSACTION_REPLANNED', 'restart'],
    ['TARGET_SHAPE', 'blame'],
    ['SINK_REPLACED', 'stop'],
    ['SLOT_LOST', 'stop'],
    ['SINK_AUTH', 'stop'],
    ['INTERNAL', 'stop'],
  ])('%s: %s', (code, reaction) => {
    expect(failureReaction(new SyncError(code, ''), { partsSent: 0 })).toBe(reaction)
  })
})

const codes = Object.keys(ERROR_CATALOGUE).filter((code): code is ErrorCode => code in ERROR_CATALOGUE)

describe('the checkpoint that a session starts from', () => {
  const checkpoint = SOME_CHECKPOINT
  const source = {
    systemId: 'S',
    timeline: 1,
    timelineForks: new Map([[1, lsn(600n)]]),
    flushedLsn: lsn(900n),
    serverVersionNum: 180004,
  }
  const at = { checkpoint, slotConfirmedLsn: lsn(400n), source, newIncarnation: 'n' }

  it('is the row that the target holds', () => {
    expect(startCheckpoint(at)).toEqual(checkpoint)
  })

  it('adopts the slot’s position when there is no row yet', () => {
    expect(startCheckpoint({ ...at, checkpoint: null })).toMatchObject({ number: 0n, endLsn: 400n, incarnation: 'n' })
  })

  it('adopts the slot’s position on any server when the pipeline is set up anew, and goes on counting', () => {
    const anew = { ...checkpoint, endLsn: ZERO_LSN, systemId: 'T' }
    expect(startCheckpoint({ ...at, checkpoint: anew })).toEqual({ ...checkpoint, endLsn: 400n })
  })

  it('accepts a promoted standby that left the old timeline behind the checkpoint', () => {
    expect(startCheckpoint({ ...at, source: { ...source, timeline: 2 } }).timeline).toBe(2)
  })

  it.each<[string, string, Partial<typeof at>]>([
    ['a slot that is ahead', 'SLOT_AHEAD', { slotConfirmedLsn: lsn(501n) }],
    ['another server', 'SOURCE_REPLACED', { source: { ...source, systemId: 'T' } }],
    ['a server restored to before the checkpoint', 'SOURCE_REPLACED', { source: { ...source, flushedLsn: lsn(499n) } }],
    [
      'a timeline that forked before the checkpoint',
      'SOURCE_REPLACED',
      { source: { ...source, timeline: 2, timelineForks: new Map([[1, lsn(499n)]]) } },
    ],
    [
      'a timeline of unknown origin',
      'SOURCE_REPLACED',
      { source: { ...source, timeline: 2, timelineForks: new Map<number, ReturnType<typeof lsn>>() } },
    ],
  ])('refuses %s', (_, code, change) => {
    expect(() => startCheckpoint({ ...at, ...change })).toThrow(expect.objectContaining({ code }))
  })
})

describe('how a table begins in a session', () => {
  const table = tableId('public', 't')
  const memory = { chunks: [], liveGeneration: 0, nextGeneration: 9, unseen: null }
  const state = (value: TableState) => ({ record: { table, state: value } })

  it('copies a table of which nothing is remembered', () => {
    expect(tableStart({ ...memory, record: undefined })).toEqual({
      tag: 'copy',
      state: { tag: 'snapshotting', generation: 9 },
      progress: null,
    })
  })

  it('goes on with a copy where an earlier process stopped', () => {
    const plan = { relfilenode: 'f', ranges: [{ tag: 'ctid', fromBlock: 0, toBlock: null } as const] }
    const chunk = { table, generation: 4, chunk: 0, rows: 1, upperLsn: 5n }
    const record = { table, state: { tag: 'snapshotting', generation: 4 } as const, ...plan }
    const start = tableStart({ ...memory, chunks: [chunk, { ...chunk, generation: 3 }], record })
    expect(start).toMatchObject({ tag: 'copy', progress: { plan, done: [chunk] } })
  })

  it('streams on, stays left out, and copies a table that came back into a shadow', () => {
    expect(tableStart({ ...memory, ...state({ tag: 'streaming', generation: 2 }) }).tag).toBe('stream')
    expect(tableStart({ ...memory, ...state({ tag: 'paused', sinceLsn: lsn(1n) }) }).tag).toBe('left-out')
    expect(tableStart({ ...memory, ...state({ tag: 'removed' }) })).toMatchObject({
      tag: 'shadow',
      state: { generation: 9, shadow: { liveApplied: false } },
    })
  })

  const unseen = { replaced: false, reason: 'a partition was detached' }

  it.each<[string, TableState, Partial<typeof unseen>, boolean]>([
    ['one that streams', { tag: 'streaming', generation: 2 }, {}, true],
    ['one that is another table now', { tag: 'streaming', generation: 2 }, { replaced: true }, false],
    ['one that was not whole', { tag: 'snapshotting', generation: 2 }, {}, false],
    ['one whose shadow was filled', { tag: 'snapshotting', generation: 2, shadow: { liveApplied: true } }, {}, true],
  ])('copies %s into a shadow when the stream did not tell of a change', (_, before, change, liveApplied) => {
    expect(tableStart({ ...memory, ...state(before), unseen: { ...unseen, ...change } })).toEqual({
      tag: 'shadow',
      state: { tag: 'snapshotting', generation: 9, shadow: { liveApplied } },
      anew: 'a partition was detached',
    })
  })

  it('copies a table again whose target is gone, whether its copy was finished or not', () => {
    for (const tag of ['streaming', 'snapshotting'] as const)
      expect(tableStart({ ...memory, ...state({ tag, generation: 2 }), liveGeneration: null })).toMatchObject({
        tag: 'copy',
        state: { generation: 9 },
        progress: null,
      })
  })

  it('knows by the mark of the live table whether the swap of a shadow copy was made', () => {
    const copying = state({ tag: 'snapshotting', generation: 4, shadow: { liveApplied: true } })
    expect(tableStart({ ...memory, ...copying, liveGeneration: 4 })).toMatchObject({ tag: 'stream', changed: true })
    expect(tableStart({ ...memory, ...copying, liveGeneration: 2 })).toMatchObject({
      tag: 'shadow',
      state: { generation: 9, shadow: { liveApplied: true } },
    })
  })
})

describe('when a copied table streams', () => {
  const copied: TableState = { tag: 'snapshotting', generation: 1, lastChunkLsn: lsn(50n) }
  it.each<[string, TableState, bigint, boolean]>([
    ['not while chunks are missing', { tag: 'snapshotting', generation: 1 }, 99n, false],
    ['not before the stream has passed the last chunk', copied, 49n, false],
    ['when it has', copied, 50n, true],
    ['not before it has passed what was read again', { ...copied, aheadUntilLsn: lsn(60n) }, 59n, false],
  ])('%s', (_, state, position, passed) => {
    expect(isPassed(state, lsn(position))).toBe(passed)
    expect(stateAt(state, lsn(position))?.tag).toBe(passed ? 'streaming' : undefined)
  })

  it('not by position alone when it has a shadow: that must be in place', () => {
    expect(stateAt({ ...copied, shadow: { liveApplied: true } }, lsn(99n))).toBeNull()
  })
})

describe('where a missing value is read', () => {
  const row = {
    originKey: Buffer.alloc(0),
    keyTexts: [],
    xid: 1,
    columns: [2],
    moved: false,
    fromSource: false,
    unjudged: false,
    marked: false,
  }
  const whole = { exact: true, truncated: false }
  const copied = { exact: false, truncated: false }
  it.each<[string, Partial<typeof row>, FillSituation, readonly [origin: string, inParts: boolean]]>([
    ['exact table', {}, whole, ['target', true]],
    ['exact table, moved row', { moved: true }, whole, ['target', true]],
    ['copied table', {}, copied, ['target', true]],
    ['copied table, moved row', { moved: true }, copied, ['source', false]],
    ['the target has another row under the key', { fromSource: true }, whole, ['source', false]],
    ['the target has rows of before a truncate', {}, { ...whole, truncated: true }, ['source', true]],
    ['a row that is deleted softly', { marked: true, fromSource: true }, copied, ['target', true]],
  ])('%s', (_, change, table, answers) => {
    const changed = { ...row, ...change }
    expect([valueOrigin(changed, table), mayBeInParts(changed, table)]).toEqual(answers)
  })
})

it('waits longer from attempt to attempt, with jitter, and never longer than it may', () => {
  const bounds = { firstMs: 100, maxMs: 1000 }
  expect([1, 2, 3, 4, 5, 60].map((attempt) => backOffMs(attempt, bounds, () => 1))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ])
  expect(backOffMs(3, bounds, () => 0)).toBe(200)
})
