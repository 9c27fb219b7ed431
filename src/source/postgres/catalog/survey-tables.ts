import { judgeRelation, type Judgement } from './judge-relation.ts'
import { listRelations, type TableMatcher } from './list-relations.ts'
import { readRelations, type CatalogFacts } from './read-relations.ts'
import { readTypes, type TypeLookup } from './read-types.ts'
import type { Session } from './session.ts'

/** What the catalog says about the tables that the patterns mean; nothing was changed to learn it. */
export interface Survey {
  /** Who we are. */
  readonly role: string
  readonly facts: CatalogFacts
  readonly judgements: readonly Judgement[]
  readonly typeOf: TypeLookup
}

/** Reads the tables that the patterns mean and judges each one. */
export async function surveyTables(session: Session, matches: TableMatcher): Promise<Survey> {
  const listed = await listRelations(session, matches)
  const oids = listed.map((relation) => relation.oid)
  const [self] = await session.query<{ role: string }>('asking who we are', 'SELECT current_user::text AS role')
  const role = self?.role ?? ''
  const facts = await readRelations(session, oids)
  const judgements = facts.relations.map((relation) => judgeRelation(relation, facts, role))
  return { role, facts, judgements, typeOf: await readTypes(session, oids) }
}
