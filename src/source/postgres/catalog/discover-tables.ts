import type { DiscoveredTable, DiscoveredTables, RefusedTable } from '../../../core/source.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { tableId } from '../../../core/table-id.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { buildSchema } from './build-schema.ts'
import { ensurePublication } from './ensure-publication.ts'
import type { UsableRelation } from './judge-relation.ts'
import type { TableMatcher } from './list-relations.ts'
import { findPublicationFault, findTableFault } from './publication-sql.ts'
import type { Publication } from './read-publication.ts'
import type { SchemaVersions } from './schema-versions.ts'
import type { Session } from './session.ts'
import { surveyTables, type Survey } from './survey-tables.ts'
import { formatOrigin } from './table-origin.ts'

/** What discovery needs. */
export interface DiscoveryRequest {
  readonly matches: TableMatcher
  readonly publication: string
  readonly serverVersionNum: number
  readonly versions: SchemaVersions
}

/**
 * Reads the tables that the patterns mean, makes the publication carry those that it may, and tells of each table either
 * its published shape or why it is refused.
 *
 * @throws {SyncError} PUBLICATION_UNUSABLE, SOURCE_PRIVILEGE when the publication serves no table at all.
 */
export async function discoverTables(session: Session, request: DiscoveryRequest): Promise<DiscoveredTables> {
  const survey = await surveyTables(session, request.matches)
  const usable = survey.judgements.filter((judgement) => judgement.tag === 'usable')
  const candidates = usable.map(({ relation }) => ({ ...relation, id: tableId(relation.schema, relation.name) }))
  const ensured = await ensurePublication(session, request.publication, candidates, request.serverVersionNum)
  const fault = findPublicationFault(request.publication, ensured.publication)
  if (fault !== null) throw new SyncError('PUBLICATION_UNUSABLE', fault.reason, { remedy: fault.remedy })
  const notAdded = new Set(ensured.refused.map((refused) => refused.table))
  const tables: DiscoveredTable[] = []
  const refused = [...refusedBy(survey), ...ensured.refused]
  for (const table of usable) {
    const { schema, name, oid } = table.relation
    const route = request.matches(schema, name)
    if (route === null || notAdded.has(tableId(schema, name))) continue
    const described = describe(table, survey, ensured.publication, request)
    if ('code' in described) {
      refused.push(described)
      continue
    }
    tables.push({ schema: described, route, origin: formatOrigin(oid, survey.facts.leaves.get(oid) ?? []) })
  }
  return { tables, refused }
}

function refusedBy(survey: Survey): readonly RefusedTable[] {
  return survey.judgements.flatMap((judgement) => (judgement.tag === 'refused' ? [judgement.refused] : []))
}

function describe(
  table: UsableRelation,
  survey: Survey,
  publication: Publication,
  request: DiscoveryRequest,
): TableSchema | RefusedTable {
  const { relation } = table
  const name = { schema: relation.schema, name: relation.name, partitioned: relation.kind === 'p' }
  const fault = findTableFault(request.publication, publication, name)
  if (fault !== null) {
    return { table: tableId(relation.schema, relation.name), code: 'PUBLICATION_UNUSABLE', ...fault }
  }
  const names = publication.tables.get(`${relation.schema}.${relation.name}`)?.columns ?? null
  const columns = survey.facts.columns.get(relation.oid) ?? []
  const published = { names, storedGenerated: publication.storedGenerated }
  const built = buildSchema(table, columns, published, survey.typeOf)
  return 'code' in built ? built : request.versions.number(built)
}
