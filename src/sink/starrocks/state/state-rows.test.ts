import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Checkpoint } from '../../../core/checkpoint.ts'
import { lsn } from '../../../core/lsn.ts'
import type { TableRecord } from '../../../core/sink.ts'
import type { ChunkRange } from '../../../core/source.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { tableId } from '../../../core/table-id.ts'
import type { TableState } from '../../../core/table-state.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-table.ts'
import { decodePlan, encodePlan } from './chunk-plan-text.ts'
import { CHUNK_TABLE, decodeChunk, encodeChunk } from './chunk-table.ts'
import { systemTableBody, systemTableSql } from './system-table.ts'
import { decodeTableRecord, encodeTableRecord } from './table-record-table.ts'
import { decodeState, encodeState } from './table-state-text.ts'

const table = tableId('public', 'orders')

describe('the checkpoint row', () => {
  const checkpoint: Checkpoint = {
    number: 2n ** 62n,
    endLsn: lsn(0x16_b374_d848n),
    commitTimeUs: 1_764_000_000_123_456n,
    epoch: 9n,
    writerId: 'writer',
    incarnation: 'life',
    systemId: '7436471821309871234',
    timeline: 2,
  }

  test('comes back as it was written', () => {
    expect(decodeCheckpoint(encodeCheckpoint('shop', checkpoint))).toEqual(checkpoint)
  })

  test('that somebody spoilt is refused', () => {
    expect(() => decodeCheckpoint(['shop', 'x', '0/0'])).toThrow(SyncError)
  })
})

describe('table records', () => {
  test.each<TableState>([
    { tag: 'waiting' },
    { tag: 'snapshotting', generation: 3 },
    { tag: 'snapshotting', generation: 3, lastChunkLsn: lsn(77n), shadow: { liveApplied: true } },
    { tag: 'snapshotting', generation: 3, aheadUntilLsn: lsn(78n) },
    { tag: 'streaming', generation: 3 },
    { tag: 'streaming', generation: 3, aheadUntilLsn: lsn(79n) },
    { tag: 'paused', sinceLsn: lsn(5n) },
    { tag: 'quarantined', sinceLsn: lsn(5n), code: 'ROW_REJECTED', reason: 'too \u0001 long \\N', rowKey: 'a\tb' },
    { tag: 'removed' },
  ])('state $tag', (state) => {
    expect(decodeState(encodeState(state))).toEqual(state)
  })

  test('come back with their plan', () => {
    const record: TableRecord = {
      table,
      state: { tag: 'snapshotting', generation: 1 },
      relfilenode: '16401',
      ranges: [
        { tag: 'ctid', fromBlock: 0, toBlock: 100 },
        { tag: 'ctid', fromBlock: 100, toBlock: null },
      ],
    }
    expect(decodeTableRecord(encodeTableRecord('shop', record))).toEqual(record)
  })

  test('without a plan come back without', () => {
    const record: TableRecord = { table, state: { tag: 'streaming', generation: 1 } }
    expect(decodeTableRecord(encodeTableRecord('shop', record))).toEqual(record)
  })

  test('never hold the separators of the load', () => {
    const record: TableRecord = {
      table: tableId('s\u0001', 't\u0002'),
      state: { tag: 'quarantined', sinceLsn: lsn(1n), code: 'X', reason: '\u0001\u0002', rowKey: '\u0002' },
      relfilenode: '\u0001',
      ranges: [{ tag: 'key', after: ['\u0001'], upTo: null }],
    }
    const text = encodeTableRecord('shop', record).join('')
    expect([text.includes('\u0001'), text.includes('\u0002')]).toEqual([false, false])
  })
})

describe('plans', () => {
  const range = fc.oneof(
    fc.record({ tag: fc.constant('ctid' as const), fromBlock: fc.nat(), toBlock: fc.option(fc.nat()) }),
    fc.record({
      tag: fc.constant('key' as const),
      after: fc.option(fc.array(fc.string(), { minLength: 1, maxLength: 2 })),
      upTo: fc.option(fc.array(fc.string(), { minLength: 1, maxLength: 2 })),
    }),
  )

  test('of any ranges come back', () => {
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        expect(decodePlan(encodePlan(ranges))).toEqual(ranges)
      }),
    )
  })

  test('of ten thousand blocks in a row stay short', () => {
    const ranges = Array.from({ length: 10_000 }, (_, i): ChunkRange => {
      return { tag: 'ctid', fromBlock: i * 16_384, toBlock: i === 9_999 ? null : (i + 1) * 16_384 }
    })
    expect(decodePlan(encodePlan(ranges))).toEqual(ranges)
    expect(encodePlan(ranges).length).toBeLessThan(120_000)
  })
})

test('a line of the chunk ledger comes back', () => {
  const record = { table, generation: 4, chunk: 17, rows: 1000, upperLsn: 2n ** 40n }
  expect(decodeChunk(encodeChunk('shop', record))).toEqual(record)
})

test('a load ends every row, and NULL is backslash N', () => {
  expect(
    systemTableBody([
      ['a', null],
      ['b', ''],
    ]).toString(),
  ).toBe('a\u0001\\N\u0002b\u0001\u0002')
})

test('the statement has its key columns first', () => {
  expect(systemTableSql('shop', CHUNK_TABLE, { replication_num: '1' })).toBe(
    'CREATE TABLE IF NOT EXISTS `shop`.`_sync_chunks` (`table_key` VARCHAR(40) NOT NULL, `generation` BIGINT NOT NULL, ' +
      '`chunk` BIGINT NOT NULL, `pipeline` VARCHAR(120) NULL, `source_table` VARCHAR(1000) NULL, `loaded_rows` BIGINT NULL, ' +
      '`upper_lsn` VARCHAR(24) NULL) PRIMARY KEY (`table_key`, `generation`, `chunk`) ' +
      'DISTRIBUTED BY HASH (`table_key`, `generation`, `chunk`) BUCKETS 1 PROPERTIES ("replication_num" = "1")',
  )
})
