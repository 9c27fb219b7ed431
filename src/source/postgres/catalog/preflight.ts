import type { Finding } from '../../../core/finding.ts'
import type { TableMatcher } from './list-relations.ts'
import { checkPublication } from './preflight-publication.ts'
import { checkServer } from './preflight-server.ts'
import { checkSlot } from './preflight-slot.ts'
import { checkTables } from './preflight-tables.ts'
import { readPublication } from './read-publication.ts'
import { readServerFacts } from './read-server-facts.ts'
import type { Session } from './session.ts'
import { surveyTables } from './survey-tables.ts'

/** What a pipeline is about to use. */
export interface PreflightRequest {
  readonly matches: TableMatcher
  readonly slot: string
  readonly publication: string
}

const STORED_GENERATED_SINCE = 180_000

/** Looks at everything that the source side depends on, and changes nothing. Findings in the order of the checks. */
export async function preflight(session: Session, request: PreflightRequest): Promise<readonly Finding[]> {
  const server = await readServerFacts(session, request.slot)
  const publication = await readPublication(session, request.publication)
  const survey = await surveyTables(session, request.matches)
  const harmedTables = await readHarmedTables(session, request.publication)
  const storedGenerated = publication?.storedGenerated ?? server.versionNum >= STORED_GENERATED_SINCE
  return [
    ...checkServer(server),
    ...checkSlot(server),
    ...checkPublication({ name: request.publication, publication, survey, server, harmedTables }),
    ...checkTables(survey, storedGenerated),
  ]
}

type HarmedTable = { readonly schema: string; readonly name: string }

/** Published tables that cannot be updated: the server refuses it when the old row could not be told. */
async function readHarmedTables(session: Session, publication: string): Promise<readonly HarmedTable[]> {
  return await session.query<HarmedTable>(
    'looking for published tables without a replica identity',
    `SELECT t.schemaname::text AS schema, t.tablename::text AS name
       FROM pg_publication_tables t
       JOIN pg_publication p ON p.pubname = t.pubname AND (p.pubupdate OR p.pubdelete)
       JOIN pg_class c ON c.oid = to_regclass(format('%I.%I', t.schemaname, t.tablename))
      WHERE t.pubname = $1 AND c.relkind = 'r'
        AND NOT CASE c.relreplident
              WHEN 'f' THEN true
              WHEN 'd' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate)
              WHEN 'i' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)
              ELSE false END
      ORDER BY 1, 2`,
    [publication],
  )
}
