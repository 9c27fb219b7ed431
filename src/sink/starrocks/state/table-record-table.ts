import type { TableRecord } from '../../../core/sink.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { parseTableId } from '../../../core/table-id.ts'
import { decodePlan, encodePlan } from './chunk-plan-text.ts'
import { tableKey } from './chunk-table.ts'
import { plainText, type SystemTable } from './system-table.ts'
import { decodeState, encodeState } from './table-state-text.ts'

const MAX_TEXT_BYTES = 1_048_576

/** One row per job: its state, the plan of its snapshot while one is taken, and what the table was made of at the source. */
export const TABLE_RECORD_TABLE: SystemTable = {
  name: '_sync_tables',
  keyColumns: ['table_key'],
  columns: {
    table_key: 'VARCHAR(40)',
    pipeline: 'VARCHAR(120)',
    source_table: 'VARCHAR(1000)',
    state: 'VARCHAR(20)',
    detail: `VARCHAR(${MAX_TEXT_BYTES})`,
    relfilenode: 'VARCHAR(1000)',
    plan: `VARCHAR(${MAX_TEXT_BYTES})`,
    origin: `VARCHAR(${MAX_TEXT_BYTES})`,
  },
}

/**
 * A job as its row's values.
 * @throws {SyncError} TARGET_UNSUPPORTED when its plan is longer than a value may be.
 */
export function encodeTableRecord(pipeline: string, record: TableRecord): readonly (string | null)[] {
  const plan = record.ranges === undefined ? null : encodePlan(record.ranges)
  if (plan !== null && Buffer.byteLength(plan) > MAX_TEXT_BYTES) {
    throw new SyncError('TARGET_UNSUPPORTED', `the plan of ${record.table} has ${record.ranges?.length} chunks`, {
      table: record.table,
      remedy: 'Take larger chunks.',
    })
  }
  return [
    tableKey(pipeline, record.table),
    pipeline,
    plainText(record.table),
    record.state.tag,
    encodeState(record.state),
    record.relfilenode === undefined ? null : plainText(record.relfilenode),
    plan,
    // Longer only with a hundred thousand partitions: changes of theirs are then not noticed while no service runs.
    record.origin === undefined || record.origin.length > MAX_TEXT_BYTES ? null : plainText(record.origin),
  ]
}

/** Reads what {@link encodeTableRecord} wrote. @throws {SyncError} TARGET_SHAPE when the row has another form. */
export function decodeTableRecord(row: readonly (string | null)[]): TableRecord {
  const [, , table, , detail, relfilenode, plan, origin] = row
  try {
    return {
      table: parseTableId(table ?? ''),
      state: decodeState(detail ?? ''),
      relfilenode: relfilenode ?? undefined,
      ranges: plan === null || plan === undefined ? undefined : decodePlan(plan),
      origin: origin ?? undefined,
    }
  } catch (cause) {
    throw new SyncError('TARGET_SHAPE', `a row of ${TABLE_RECORD_TABLE.name} cannot be read`, { cause })
  }
}
