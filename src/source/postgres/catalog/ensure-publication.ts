import type { RefusedTable } from '../../../core/source.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { sqlState } from './sql-state.ts'
import { addTablesSql, createPublicationSql, type TableName } from './publication-sql.ts'
import { readPublication, type Publication } from './read-publication.ts'
import type { RelationFacts } from './read-relations.ts'
import type { Session } from './session.ts'

/** A publication that exists now, and the tables that could not be brought into it. */
export interface EnsuredPublication {
  readonly publication: Publication
  /** Tables that were added just now: transactions older than this are not decoded for them. */
  readonly added: readonly TableName[]
  readonly refused: readonly RefusedTable[]
}

/** A table that should be published; `owned` when we may do what its owner may. */
export interface Candidate extends TableName {
  readonly kind: RelationFacts['kind']
  readonly owned: boolean
  readonly owner: string
}

const ADD_LOCK_TIMEOUT_MS = 2_000

/**
 * Makes sure that the publication exists and has these tables, as far as our role may. The tables must have a usable
 * replica identity: published without one, their users' UPDATE and DELETE would fail.
 *
 * @throws {SyncError} SOURCE_PRIVILEGE when it is absent and we may not create it.
 */
export async function ensurePublication(
  session: Session,
  name: string,
  candidates: readonly Candidate[],
  serverVersionNum: number,
): Promise<EnsuredPublication> {
  const present = (await readPublication(session, name)) ?? (await create(session, name, candidates, serverVersionNum))
  const missing = candidates.filter((table) => !isPublished(present, table))
  if (missing.length === 0) return { publication: present, added: [], refused: [] }
  const addable = missing.filter((table) => present.owned && table.owned && !present.allTables)
  const failures = await add(session, name, addable)
  const publication = (await readPublication(session, name)) ?? present
  const stillMissing = missing.filter((table) => !isPublished(publication, table))
  return {
    publication,
    added: addable.filter((table) => isPublished(publication, table)),
    refused: stillMissing.map((table) => refusal(name, table, publication, failures.get(table.id))),
  }
}

/** A partitioned table never appears under its own name without via root: adding it would change nothing. */
function isPublished(publication: Publication, table: Candidate): boolean {
  if (table.kind === 'p' && !publication.viaRoot) return true
  return publication.tables.has(`${table.schema}.${table.name}`)
}

async function create(
  session: Session,
  name: string,
  candidates: readonly Candidate[],
  serverVersionNum: number,
): Promise<Publication> {
  const sql = createPublicationSql(name, serverVersionNum)
  try {
    await session.query(`creating publication ${name}`, sql)
  } catch (error) {
    // A twin of ours may have been quicker.
    const present = await readPublication(session, name)
    if (present !== null) return present
    const remedy = candidates.length === 0 ? `${sql};` : `${sql}; ${addTablesSql(name, candidates)};`
    if (sqlState(error) !== '42501') throw error
    throw new SyncError('SOURCE_PRIVILEGE', `our role may not create publication ${name}`, { cause: error, remedy })
  }
  const created = await readPublication(session, name)
  if (created === null) throw new SyncError('SOURCE_QUERY', `publication ${name} vanished while it was made`)
  return created
}

/** Adds all at once, and when that fails one by one, so that one table does not keep the others out. */
async function add(
  session: Session,
  name: string,
  tables: readonly Candidate[],
): Promise<ReadonlyMap<TableName['id'], unknown>> {
  if (tables.length === 0) return new Map()
  try {
    await addSome(session, name, tables)
    return new Map()
  } catch (error) {
    const [only] = tables
    if (tables.length === 1 && only !== undefined) return new Map([[only.id, error]])
  }
  const failures = new Map<TableName['id'], unknown>()
  for (const table of tables) {
    for (const [id, error] of await add(session, name, [table])) failures.set(id, error)
  }
  return failures
}

/** ADD TABLE takes SHARE UPDATE EXCLUSIVE, which no reader or writer minds; it gives up soon behind somebody's DDL. */
async function addSome(session: Session, name: string, tables: readonly Candidate[]): Promise<void> {
  const sql = addTablesSql(name, tables)
  await session.query(`adding tables to publication ${name}`, `SET lock_timeout = ${ADD_LOCK_TIMEOUT_MS}; ${sql}`)
}

function refusal(name: string, table: Candidate, publication: Publication, failure: unknown): RefusedTable {
  const remedy = `${addTablesSql(name, [table])};`
  const why = (code: RefusedTable['code'], reason: string): RefusedTable => ({ table: table.id, code, reason, remedy })
  if (failure !== undefined) {
    const text = failure instanceof Error ? failure.message : 'unknown error'
    return why('PUBLICATION_UNUSABLE', `it could not be added to publication ${name}: ${text}`)
  }
  if (!publication.owned || !table.owned) {
    const owners = [
      ...new Set([...(publication.owned ? [] : [publication.owner]), ...(table.owned ? [] : [table.owner])]),
    ]
    return why(
      'SOURCE_PRIVILEGE',
      `it is not in publication ${name}, and only a superuser or a member of ${owners.join(' and ')} may add it`,
    )
  }
  return why('PUBLICATION_UNUSABLE', `publication ${name} announces it under the name of a table above it`)
}
