import type { DiscoveredTable } from '../../../core/source.ts'
import { buildSchema } from './build-schema.ts'
import type { TableMatcher } from './list-relations.ts'
import { readPublication } from './read-publication.ts'
import type { Session } from './session.ts'
import { surveyTables } from './survey-tables.ts'
import { formatOrigin } from './table-origin.ts'

/** The first server whose publications can carry stored generated columns. */
const GENERATED_COLUMNS_VERSION = 180000

/**
 * The tables that could take part, with the shape that they have in the publication, or would have in one that we make. Changes nothing:
 * for checks before anything is set up.
 */
export async function wouldBeTables(
  session: Session,
  request: { readonly matches: TableMatcher; readonly publication: string; readonly serverVersionNum: number },
): Promise<readonly DiscoveredTable[]> {
  const survey = await surveyTables(session, request.matches)
  const publication = await readPublication(session, request.publication)
  const storedGenerated = publication?.storedGenerated ?? request.serverVersionNum >= GENERATED_COLUMNS_VERSION
  return survey.judgements.flatMap((judgement) => {
    if (judgement.tag !== 'usable') return []
    const { relation } = judgement
    const route = request.matches(relation.schema, relation.name)
    const names = publication?.tables.get(`${relation.schema}.${relation.name}`)?.columns ?? null
    const columns = survey.facts.columns.get(relation.oid) ?? []
    const built = buildSchema(judgement, columns, { names, storedGenerated }, survey.typeOf)
    if (route === null || 'code' in built) return []
    return [
      {
        schema: { ...built, version: 0 },
        route,
        origin: formatOrigin(relation.oid, survey.facts.leaves.get(relation.oid) ?? []),
      },
    ]
  })
}
