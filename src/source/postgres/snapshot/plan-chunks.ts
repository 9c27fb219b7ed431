import type { ChunkPlan } from '../../../core/source.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { quoteQualified } from '../catalog/quote.ts'
import type { Session } from '../catalog/session.ts'
import { evenChunkBytes } from './even-chunks.ts'
import { keyColumns } from './key-sql.ts'
import { MAX_CHUNKS, planCtidRanges } from './plan-ctid.ts'
import { planKeyRanges, SAMPLES_PER_CHUNK } from './plan-key.ts'
import { physicalIdentitySql } from './physical-identity.ts'

type Storage = {
  readonly identity: string | null
  readonly access_method: string | null
  readonly blocks: string
  readonly bytes: string
  readonly rows: string | null
}

/** A row is taken to be this wide where the table was never analysed. */
const GUESSED_ROW_BYTES = 100

/**
 * Plans the chunks of a table as it is now: block ranges of a heap; ranges of the key for a partitioned table and for
 * tables of another access method, which have no usable ctid.
 *
 * @throws {SyncError} SNAPSHOT_OUTDATED when the table is gone.
 */
export async function planChunks(
  session: Session,
  table: TableSchema,
  size: { readonly targetChunkBytes: number; readonly connections: number },
): Promise<ChunkPlan> {
  const storage = await readStorage(session, table)
  const bytes = Number(storage.bytes)
  const chunkBytes = evenChunkBytes(bytes, size.targetChunkBytes, size.connections)
  const estimatedRows = Math.round(storage.rows === null ? bytes / GUESSED_ROW_BYTES : Number(storage.rows))
  const relfilenode = storage.identity ?? ''
  if (storage.access_method === 'heap') {
    const ranges = planCtidRanges({ blocks: Number(storage.blocks), bytes }, chunkBytes)
    return { relfilenode, ranges, estimatedRows }
  }
  const chunks = Math.min(MAX_CHUNKS, Math.max(1, Math.round(bytes / chunkBytes)))
  const percent = samplePercent({ chunks, blocks: Number(storage.blocks), estimatedRows })
  const keys = chunks === 1 ? [] : await sampleKeys(session, table, chunks, percent)
  return { relfilenode, ranges: planKeyRanges(keys, chunks), estimatedRows }
}

/** Rows of one block lie close together: a sample of fewer blocks than this says little about the whole. */
const LEAST_BLOCKS = 300
const BLOCKS_PER_CHUNK = 5

/** How much of a table's blocks to read so that each chunk's boundary rests on enough keys and enough blocks. Pure. */
export function samplePercent(size: { chunks: number; blocks: number; estimatedRows: number }): number {
  const keysPart = (size.chunks * SAMPLES_PER_CHUNK) / Math.max(1, size.estimatedRows)
  const blocksPart = Math.max(LEAST_BLOCKS, size.chunks * BLOCKS_PER_CHUNK) / Math.max(1, size.blocks)
  return Math.min(100, 100 * Math.max(keysPart, blocksPart))
}

/** Sums over the leaf partitions; a table that has none is its own leaf. Rows are reckoned from the size as the planner does. */
const STORAGE_SQL = `
  SELECT ${physicalIdentitySql('c')} AS identity,
         am.amname AS access_method,
         sum(s.blocks)::text AS blocks,
         sum(s.bytes)::text AS bytes,
         CASE WHEN bool_and(l.reltuples >= 0)
              THEN sum(CASE WHEN l.relpages > 0 THEN l.reltuples / l.relpages * s.blocks ELSE 0 END)::text END AS rows
    FROM pg_class c
    LEFT JOIN pg_am am ON am.oid = c.relam AND c.relkind = 'r'
    LEFT JOIN LATERAL pg_partition_tree(c.oid) p ON p.isleaf
    JOIN pg_class l ON l.oid = coalesce(p.relid, c.oid)
   CROSS JOIN LATERAL (
     SELECT pg_relation_size(l.oid) / current_setting('block_size')::int AS blocks,
            pg_relation_size(l.oid) + coalesce(pg_relation_size(nullif(l.reltoastrelid, 0)), 0) AS bytes
   ) s
   WHERE c.oid = $1
   GROUP BY c.oid, c.relkind, am.amname`

async function readStorage(session: Session, table: TableSchema): Promise<Storage> {
  const [storage] = await session.query<Storage>(`measuring ${table.id}`, STORAGE_SQL, [table.oid])
  if (storage === undefined) throw new SyncError('SNAPSHOT_OUTDATED', `${table.id} is gone`, { table: table.id })
  return storage
}

/** Reads keys from random blocks, sorted as the key's index sorts them. */
async function sampleKeys(
  session: Session,
  table: TableSchema,
  chunks: number,
  percent: number,
): Promise<readonly (readonly string[])[]> {
  const columns = keyColumns(table).map(({ name }) => name)
  const texts = columns.map((column) => `${column}::text`).join(', ')
  const rows = await session.query<{ key: string[] }>(
    `sampling the keys of ${table.id}`,
    `SELECT ARRAY[${texts}] AS key
       FROM (SELECT ${columns.join(', ')} FROM ${quoteQualified(table.schema, table.name)} TABLESAMPLE SYSTEM (${percent})
              ORDER BY random() LIMIT ${2 * chunks * SAMPLES_PER_CHUNK}) s
      ORDER BY ${columns.join(', ')}`,
  )
  return rows.map((row) => row.key)
}
