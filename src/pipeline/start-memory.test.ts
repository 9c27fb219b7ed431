import { describe, expect, test } from 'vitest'
import { lsn, ZERO_LSN } from '../core/lsn.ts'
import type { Guarantee, SinkState } from '../core/sink.ts'
import type { SourceIdentity } from '../core/source.ts'
import { tableId } from '../core/table-id.ts'
import type { TableState } from '../core/table-state.ts'
import { SOME_CHECKPOINT } from '../../test/support/some-checkpoint.ts'
import { startMemory } from './start-memory.ts'

const table = tableId('public', 't')
const FORK = 600n
const checkpoint = SOME_CHECKPOINT
const promoted: SourceIdentity = {
  systemId: 'S',
  timeline: 2,
  timelineForks: new Map([[1, lsn(FORK)]]),
  flushedLsn: lsn(900n),
  serverVersionNum: 180004,
}

/** The target holds one table, and one chunk of its second copy that was read at `chunkAt`. */
function held(state: TableState, chunkAt = 0n): SinkState {
  const chunk = { table, generation: 2, chunk: 0, rows: 1, upperLsn: chunkAt }
  return { checkpoint, tables: [{ table, state }], chunks: chunkAt === 0n ? [] : [chunk] }
}

describe('after a standby was promoted', () => {
  const copying: TableState = { tag: 'snapshotting', generation: 2 }
  const inShadow = (liveApplied: boolean): TableState => ({
    tag: 'snapshotting',
    generation: 8,
    shadow: { liveApplied },
  })

  test.each<[string, SinkState, TableState, Guarantee?]>([
    ['a chunk', held(copying, FORK + 1n), inShadow(false)],
    ['a value of a table that is copied', held({ ...copying, aheadUntilLsn: lsn(FORK + 1n) }, FORK), inShadow(false)],
    ['a value', held({ tag: 'streaming', generation: 2, aheadUntilLsn: lsn(FORK + 1n) }), inShadow(true)],
    ['perhaps a chunk that the ledger has not', held(copying), inShadow(false), 'converging'],
  ])('a table is copied once more when %s was read beyond the fork', (_, state, wanted, guarantee = 'atomic') => {
    const memory = startMemory(state, promoted, guarantee)
    expect(memory.changed).toEqual([{ table, state: wanted }])
    expect(memory.state.tables).toEqual(memory.changed)
    expect(memory.lost).toEqual([{ table, reason: expect.stringContaining('0/258') }])
  })

  test.each<[string, SinkState]>([
    ['was read before the fork', held({ ...copying, aheadUntilLsn: lsn(FORK) }, FORK)],
    ['streams, whatever the ledger still has of its copy', held({ tag: 'streaming', generation: 2 }, FORK + 1n)],
    ['is left out', held({ tag: 'paused', sinceLsn: lsn(1n) })],
  ])('a table stays as it is that %s', (_, state) => {
    expect(startMemory(state, promoted, 'atomic')).toEqual({ state, changed: [], lost: [] })
  })

  test('a copy under way goes on when the server stayed the same', () => {
    const state = held(copying, FORK + 1n)
    expect(startMemory(state, { ...promoted, timeline: 1 }, 'converging').changed).toEqual([])
  })
})

test('a pipeline that was set up anew forgets its copies and keeps its tables until the new ones are whole', () => {
  const state = held({ tag: 'streaming', generation: 2 }, 100n)
  const anew = { ...state, checkpoint: { ...checkpoint, endLsn: ZERO_LSN } }
  const memory = startMemory(anew, promoted, 'atomic')
  expect(memory.changed).toEqual([{ table, state: { tag: 'removed' } }])
  expect(memory.state).toMatchObject({ tables: memory.changed, chunks: [] })
})
