import type { Checkpoint } from '../../core/checkpoint.ts'
import type { Label } from '../../core/label.ts'
import type { Ownership } from '../../core/ownership.ts'
import type { ChunkRecord, Guarantee, SinkState, TableRecord } from '../../core/sink.ts'
import { batchLoadLabel, chunkLabel, labelPrefix, ledgerLabel, MAX_ATTEMPTS, stepLabel } from './labels.ts'
import type { TransactionEnd } from './label-attempts.ts'
import { parseFencedName } from './tables/fenced-name.ts'
import { runningTransactions } from './running-transactions.ts'
import type { SinkContext } from './sink-context.ts'
import { quoteIdentifier, quoteTable } from './sql-text.ts'
import { CHECKPOINT_TABLE } from './state/checkpoint-table.ts'
import { CHUNK_TABLE } from './state/chunk-table.ts'
import type { StateReader } from './state/state-reader.ts'
import type { TransactionName } from './transaction-client.ts'
import { endIfAny, type endTransaction, useUpLabel, waitUntilVisible } from './transaction-ender.ts'

/** Labels in a row of which nothing is known, after which a chunk or a batch is taken to have had no more: some can be forgotten. */
const PROBES_BEYOND = 3
const PARALLEL = 16

/** What taking over is made of. */
export interface TakeOverParts {
  readonly reader: StateReader
  readonly guarantee: Guarantee
  readonly databases: readonly string[]
  /** Proved after everything that is read and before what it leads to: a process that slept meanwhile ends nothing of its successor. */
  readonly ownership: Ownership
}

/**
 * Ends every transaction that a process before us may have left open, drops what it may still swap in, and reads what the
 * target holds. Read again until nothing changes: what was being committed counts.
 */
export async function takeOver(context: SinkContext, parts: TakeOverParts): Promise<SinkState> {
  let state = await parts.reader.state()
  await context.failPoints.reach('takeover.read')
  for (;;) {
    await parts.ownership.confirm()
    await sweep(context, parts, state)
    const swept = await parts.reader.state()
    const isSettled = sameRow(state.checkpoint, swept.checkpoint)
    state = swept
    if (isSettled) break
  }
  await context.failPoints.reach('takeover.swept')
  await parts.ownership.confirm()
  await dropFenced(context, parts.databases, state.checkpoint)
  const kept = await forgetOldChunks(parts.reader, state)
  await context.failPoints.reach('takeover.dropped')
  return { ...state, chunks: kept }
}

function sameRow(a: Checkpoint | null, b: Checkpoint | null): boolean {
  return a?.number === b?.number && a?.writerId === b?.writerId
}

async function sweep(context: SinkContext, parts: TakeOverParts, state: SinkState): Promise<void> {
  for (const database of parts.databases) await sweepListed(context, database)
  await sweepSteps(context, parts, state.checkpoint)
  if (state.checkpoint !== null) await sweepChunks(context, parts, state, state.checkpoint)
}

async function sweepListed(context: SinkContext, database: string): Promise<void> {
  const listed = await runningTransactions(context.sql, database, labelPrefix(context.owner))
  await inParallel(listed ?? [], async ({ label, isMulti }) => {
    await finish(context, { label, database, table: isMulti ? null : '' })
  })
}

/**
 * By the label formula: every attempt at what follows the row, since none of them can be told to be the last one. Step labels are used
 * up, also those of which nothing is known: nothing but our raise can follow the row then (docs/decisions/0002, 1.3).
 */
async function sweepSteps(context: SinkContext, parts: TakeOverParts, row: Checkpoint | null): Promise<void> {
  const attempts = Array.from({ length: MAX_ATTEMPTS }, (_, index) => index + 1)
  const { database } = context.owner
  const table = parts.guarantee === 'atomic' ? null : CHECKPOINT_TABLE.name
  const of = { incarnation: row?.incarnation ?? '', number: (row?.number ?? 0n) + 1n }
  await inParallel(attempts, async (attempt) => {
    for (const kind of ['step', 'raise'] as const) {
      const label = stepLabel(context.owner, { kind, ...of, attempt })
      const end = await finish(context, { label, database, table }, kind === 'step' ? useUpLabel : endIfAny)
      const mayHaveLoads = end !== 'unknown' || attempt <= PROBES_BEYOND
      if (parts.guarantee === 'converging' && mayHaveLoads) await sweepBatchLoads(context, parts.databases, label)
    }
  })
}

async function sweepBatchLoads(context: SinkContext, databases: readonly string[], batch: Label): Promise<void> {
  let unknown = 0
  for (let ordinal = 1; unknown < PROBES_BEYOND; ordinal += 1) {
    const known = await finishSomewhere(context, databases, batchLoadLabel(batch, ordinal), '')
    unknown = known ? 0 : unknown + 1
  }
}

/** By the chunk ledger: every attempt at a chunk that is not in it. Only the last epoch's can be open: older ones were swept by it. */
async function sweepChunks(
  context: SinkContext,
  parts: TakeOverParts,
  state: SinkState,
  row: Checkpoint,
): Promise<void> {
  const missing = state.tables.flatMap((record) => missingChunks(record, state.chunks))
  await inParallel(missing, async ({ table: source, generation, chunk }) => {
    let unknown = 0
    for (let attempt = 1; unknown < PROBES_BEYOND; attempt += 1) {
      const { epoch, incarnation } = row
      const label = chunkLabel(context.owner, { incarnation, epoch, table: source, generation, chunk, attempt })
      const table = parts.guarantee === 'atomic' ? null : ''
      unknown = (await finishSomewhere(context, parts.databases, label, table)) ? 0 : unknown + 1
      const ledger = { label: ledgerLabel(label), database: context.owner.database, table: CHUNK_TABLE.name }
      if (parts.guarantee === 'converging') await finish(context, ledger)
    }
  })
}

function missingChunks(
  record: TableRecord,
  chunks: readonly ChunkRecord[],
): readonly { readonly table: string; readonly generation: number; readonly chunk: number }[] {
  const { state, table, ranges } = record
  if (state.tag !== 'snapshotting' || ranges === undefined) return []
  const { generation } = state
  const done = new Set(chunks.filter((c) => c.table === table && c.generation === generation).map((c) => c.chunk))
  return ranges.flatMap((_range, chunk) => (done.has(chunk) ? [] : [{ table, generation, chunk }]))
}

/** Ends a transaction; a committed one is waited for, so that what is read afterwards holds it. */
async function finish(
  context: SinkContext,
  name: TransactionName,
  how: typeof endTransaction = endIfAny,
): Promise<TransactionEnd> {
  const end = await how(context, name)
  if (end === 'committed') await waitUntilVisible(context, name)
  return end
}

/** Labels belong to a database: ends one wherever it is. Returns whether anything was known of it. */
async function finishSomewhere(
  context: SinkContext,
  databases: readonly string[],
  label: Label,
  table: string | null,
): Promise<boolean> {
  const ends = await Promise.all(databases.map(async (database) => await finish(context, { label, database, table })))
  return ends.some((end) => end !== 'unknown')
}

/**
 * Drops what this epoch and older ones left behind. What a later one made stays: then this process slept while it took over, and was
 * replaced meanwhile.
 */
async function dropFenced(context: SinkContext, databases: readonly string[], row: Checkpoint | null): Promise<void> {
  for (const database of databases) {
    const { rows } = await context.sql.select(`SHOW TABLES FROM ${quoteIdentifier(database)}`)
    for (const [name] of rows) {
      const fenced = name == null ? null : parseFencedName(context.owner, name)
      if (name == null || fenced === null || (row !== null && fenced.epoch > row.epoch)) continue
      await context.sql.execute(`DROP TABLE IF EXISTS ${quoteTable(database, name)} FORCE`)
    }
  }
}

/** The ledger of a generation that is not being copied any more is of no use. Returns the lines that are. */
async function forgetOldChunks(reader: StateReader, state: SinkState): Promise<readonly ChunkRecord[]> {
  const current = new Set(
    state.tables.flatMap(({ table, state: { tag, ...rest } }) =>
      tag === 'snapshotting' && 'generation' in rest ? [`${rest.generation} ${table}`] : [],
    ),
  )
  const isCurrent = (chunk: ChunkRecord): boolean => current.has(`${chunk.generation} ${chunk.table}`)
  const old = new Map(
    state.chunks.filter((chunk) => !isCurrent(chunk)).map((chunk) => [`${chunk.generation} ${chunk.table}`, chunk]),
  )
  for (const { table, generation } of old.values()) await reader.forgetChunks(table, generation)
  return state.chunks.filter(isCurrent)
}

async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item)
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
}
