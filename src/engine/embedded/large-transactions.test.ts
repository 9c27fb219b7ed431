import { describe, expect, it } from 'vitest'
import { PipelineWorld } from '../../../test/support/pipeline-world.ts'

describe('a transaction that is larger than a batch', () => {
  it('takes one table out when a row of a large transaction is refused, and applies the rest of that transaction', async () => {
    const world = new PipelineWorld()
    const bad = world.source.addTable('one')
    const good = world.source.addTable('two')
    world.start(5)
    await world.untilEqual()
    world.sink.refused = 'unfit'
    const rows = Array.from({ length: 20 }, (_, i) => [String(i), i === 9 ? 'unfit' : 'a', 't'] as const)
    world.source.commit(
      rows.flatMap((row) => [
        { kind: 'insert', table: bad, row },
        { kind: 'insert', table: good, row: [row[0], 'a', 't'] },
      ]),
      true,
    )
    await world.untilEqual()
    expect([world.stateOf(bad), world.stateOf(good)]).toEqual(['quarantined', 'streaming'])
    expect(world.rowsOf(bad)).toEqual([])
    expect(world.rowsOf(good)).toHaveLength(20)
    await world.stop()
  })

  it('sends a large transaction in parts, none but the last of fewer rows than a batch may have', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    world.start(5)
    await world.untilEqual()
    const before = world.sink.sentRows.length
    const ids = Array.from({ length: 23 }, (_, i) => String(i))
    world.source.commit(
      ids.map((id) => ({ kind: 'insert', table, row: [id, 'a', 't'] })),
      true,
    )
    await world.untilEqual()
    const parts = world.sink.sentRows.slice(before)
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.slice(0, -1).filter((rows) => rows < 5)).toEqual([])
    expect(parts.reduce((sum, rows) => sum + rows, 0)).toBe(23)
    await world.stop()
  })

  it('completes later parts of a large transaction from that transaction and the target, never from a later moment', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    const ids = Array.from({ length: 20 }, (_, i) => String(i))
    const insert = (id: string, text: string) => ({ kind: 'insert', table, row: [id, 'a', text] }) as const
    const update = (from: string, to: string, text: string, keep: boolean) =>
      ({ kind: 'update', table, from, row: [to, 'b', text], keep }) as const
    world.source.commit(
      ids.map((id) => insert(id, `old ${id}`)),
      true,
    )
    world.start(5)
    await world.untilEqual()
    world.source.commit(
      [
        // Ten rows are written with values, ...
        ...ids.slice(0, 10).map((id) => update(id, id, `new ${id}`, false)),
        // ... one of them goes, and another one moves to its key; ...
        { kind: 'delete', table, id: '0' },
        update('1', '0', 'new 1', true),
        insert('1', 'a new row'),
        // ... then all rows leave their values out, in parts of their own.
        ...ids.slice(2).map((id) => update(id, id, Number(id) < 10 ? `new ${id}` : `old ${id}`, true)),
        update('0', 'moved', 'new 1', true),
        update('1', '1', 'a new row', true),
      ],
      true,
    )
    // What the source holds when the parts are sent is another thing.
    world.source.commit(
      [
        ...ids.slice(2, 15).map((id) => update(id, id, `later ${id}`, false)),
        ...ids.slice(15).map((id) => ({ kind: 'delete', table, id }) as const),
      ],
      true,
    )
    await world.untilEqual()
    expect(world.signals.filter((signal) => signal.tag === 'values-reread' && signal.from === 'source')).toEqual([])
    expect(world.signals.filter((signal) => signal.tag === 'values-reread' && signal.from === 'target')).not.toEqual([])
    await world.stop()
  })

  it('begins anew at once when a value that an update left out needs another format than the rows that lie ready', async () => {
    const failures: (readonly [code: string, retryInMs: number | null])[] = []
    // The stream takes the transaction as a draft in some rounds only.
    for (let round = 0; round < 30 && failures.length < 3; round++) {
      const world = new PipelineWorld()
      const table = world.source.addTable('one')
      const odd = 'not for \u0001 CSV'
      world.source.commit([{ kind: 'insert', table, row: ['1', 'a', odd] }], true)
      world.start()
      await world.untilEqual()
      await world.stop()
      world.source.commit([{ kind: 'update', table, from: '1', row: ['1', 'b', odd], keep: true }], true)
      world.source.commit([{ kind: 'insert', table, row: ['2', 'a', 'plain'] }], true, true)
      // Another process, which has not seen that row, gets both in one batch.
      world.start(1000, { flushAfterMs: 500 })
      await world.untilEqual()
      for (const signal of world.signals)
        if (signal.tag === 'attempt-failed') failures.push([signal.error.code, signal.retryInMs])
      await world.stop()
    }
    expect(failures).toEqual(Array.from({ length: 3 }, () => ['TRANSACTION_REPLANNED', 0]))
  })

  it('reads values that updates left out by and by, and sends rows ahead when they are too many for a batch', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    const value = (id: number) => `${id} ${'x'.repeat(1_000)}`
    const insert = (id: number, text: string) => ({ kind: 'insert', table, row: [String(id), 'a', text] }) as const
    const update = (from: number, to: number, text: string) =>
      ({ kind: 'update', table, from: String(from), row: [String(to), 'b', text], keep: true }) as const
    const ids = Array.from({ length: 500 }, (_, id) => id)
    world.source.commit(
      ids.map((id) => insert(id, value(id))),
      true,
    )
    world.start(1000, { maxBatchBytes: 40_000 })
    await world.untilEqual()
    const before = world.sink.sentBytes.length
    // Every row moves to a key of its own, and a new one comes under its old key.
    world.source.commit(
      ids.flatMap((id) => [update(id, id + 1_000, value(id)), insert(id, 'new')]),
      true,
    )
    await world.untilEqual()
    const sent = world.sink.sentBytes.slice(before)
    expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(500_000)
    // A batch, half of one that was read, and what is read at once: 64 rows.
    expect(Math.max(...sent)).toBeLessThan(40_000 + 20_000 + 64 * 1_100)
    await world.stop()
  })

  it('applies a large transaction that empties a table of which it has sent rows, and those of the transaction before', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    const other = world.source.addTable('two')
    world.start(4)
    await world.untilEqual()
    const insert = (to: typeof table, id: number) =>
      ({ kind: 'insert', table: to, row: [String(id), 'a', 't'] }) as const
    world.source.commit([insert(table, 100), insert(other, 100)], true)
    world.source.commit(
      [
        ...Array.from({ length: 9 }, (_, id) => insert(table, id)),
        { kind: 'truncate', table },
        ...Array.from({ length: 9 }, (_, id) => insert(other, id)),
        insert(table, 7),
        { kind: 'truncate', table },
        insert(table, 8),
      ],
      true,
    )
    await world.untilEqual()
    expect(world.rowsOf(table).map(([id]) => id)).toEqual(['8'])
    expect(world.signals.filter(({ tag }) => tag === 'session-ended').length).toBeLessThanOrEqual(2)
    await world.stop()
  })
})
