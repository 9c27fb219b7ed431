import type { Finding } from '../../../core/finding.ts'
import { tableId } from '../../../core/table-id.ts'
import type { UsableRelation } from './judge-relation.ts'
import { finding } from './preflight-tables.ts'
import { addTablesSql, createPublicationSql, findPublicationFault, findTableFault } from './publication-sql.ts'
import { quoteIdentifier, quoteQualified } from './quote.ts'
import type { Publication } from './read-publication.ts'
import type { RelationFacts } from './read-relations.ts'
import type { ServerFacts } from './read-server-facts.ts'
import type { Survey } from './survey-tables.ts'

/** What the publication is checked against. */
export interface PublicationCheck {
  readonly name: string
  readonly publication: Publication | null
  readonly survey: Survey
  readonly server: Pick<ServerFacts, 'role' | 'database' | 'versionNum'>
  /** Published tables whose UPDATE and DELETE fail, for they have no usable replica identity. */
  readonly harmedTables: readonly { readonly schema: string; readonly name: string }[]
}

const NAMES_SHOWN = 5

/** What is to be said of the publication, or of the making of it. Pure. */
export function checkPublication(check: PublicationCheck): readonly Finding[] {
  const usable = check.survey.judgements.filter((judgement) => judgement.tag === 'usable')
  return check.publication === null
    ? checkCreation(check, usable)
    : [
        ...checkOperations(check.name, check.publication),
        ...checkHarm(check),
        ...checkSuperfluous(check, check.publication),
        ...usable.flatMap((table) => checkMember(check.name, table, check.publication)),
      ]
}

function checkCreation(check: PublicationCheck, usable: readonly UsableRelation[]): readonly Finding[] {
  const { name, server } = check
  const missing = usable.flatMap((table) => checkMember(name, table, null))
  if (server.role.mayCreate) return missing
  const create = `${createPublicationSql(name, server.versionNum)};`
  const grant = `GRANT CREATE ON DATABASE ${quoteIdentifier(server.database)} TO ${quoteIdentifier(server.role.name)};`
  return [
    {
      level: 'error',
      code: 'PUBLICATION_MISSING',
      what: `Publication ${name} does not exist, and role ${server.role.name} may not create it.`,
      why: 'Nothing is published without it.',
      remedy: `${grant} Or, as the owner of the tables: ${create}`,
    },
    ...missing,
  ]
}

function checkOperations(name: string, publication: Publication): readonly Finding[] {
  const fault = findPublicationFault(name, publication)
  if (fault !== null) {
    const why = 'Such changes would never reach the target.'
    return [{ level: 'error', code: 'PUBLICATION_OPERATIONS', what: `${fault.reason}.`, why, remedy: fault.remedy }]
  }
  if (publication.operations.includes('truncate')) return []
  return [
    {
      level: 'warning',
      code: 'PUBLICATION_NO_TRUNCATE',
      what: `Publication ${name} does not publish truncate.`,
      why: 'A table that is truncated at the source keeps its rows at the target.',
      remedy: `ALTER PUBLICATION ${quoteIdentifier(name)} SET (publish = 'insert, update, delete, truncate');`,
    },
  ]
}

function checkHarm({ name, harmedTables }: PublicationCheck): readonly Finding[] {
  return harmedTables.map((table) =>
    finding(tableId(table.schema, table.name), {
      level: 'warning',
      code: 'PUBLICATION_HARMS',
      what: `Publication ${name} publishes ${table.schema}.${table.name}, which has no usable replica identity.`,
      why: 'UPDATE and DELETE on it fail for everybody, with or without this service.',
      remedy: `ALTER TABLE ${quoteQualified(table.schema, table.name)} ADD PRIMARY KEY (...); or leave it out of the publication.`,
    }),
  )
}

function checkSuperfluous({ name, survey }: PublicationCheck, publication: Publication): readonly Finding[] {
  const meant = new Set(survey.facts.relations.map((relation) => `${relation.schema}.${relation.name}`))
  const others = [...publication.tables.keys()].filter((table) => !meant.has(table))
  if (others.length === 0) return []
  const more = others.length > NAMES_SHOWN ? ` and ${others.length - NAMES_SHOWN} more` : ''
  return [
    {
      level: 'info',
      code: 'PUBLICATION_SUPERFLUOUS',
      what: `Publication ${name} also publishes ${others.slice(0, NAMES_SHOWN).join(', ')}${more}.`,
      why: 'Their changes are decoded and sent, and thrown away here.',
      remedy: `ALTER PUBLICATION ${quoteIdentifier(name)} DROP TABLE ...; when nobody else needs them.`,
    },
  ]
}

function checkMember(name: string, { relation }: UsableRelation, publication: Publication | null): readonly Finding[] {
  const table = { schema: relation.schema, name: relation.name, partitioned: relation.kind === 'p' }
  const isMissing = publication?.tables.has(`${relation.schema}.${relation.name}`) !== true
  const announcesPartitions = table.partitioned && publication?.viaRoot === false
  if (isMissing && !announcesPartitions) return checkMissing(name, relation, publication)
  const fault = publication === null ? null : findTableFault(name, publication, table)
  if (fault === null) return []
  const id = tableId(relation.schema, relation.name)
  return [
    finding(id, {
      level: 'error',
      code: 'PUBLICATION_TABLE',
      what: `${id} is not copied: ${fault.reason}.`,
      why: 'The target would not become equal to it.',
      remedy: fault.remedy,
    }),
  ]
}

/** A table that is not in the publication is added at the start, when both are ours. */
function checkMissing(name: string, relation: RelationFacts, publication: Publication | null): readonly Finding[] {
  if (relation.owned && publication?.owned !== false) return []
  const id = tableId(relation.schema, relation.name)
  return [
    finding(id, {
      level: 'error',
      code: 'PUBLICATION_TABLE_MISSING',
      what: `${id} is not in publication ${name}, and our role may not add it.`,
      why: 'It is not copied: its changes would never arrive.',
      remedy: `${addTablesSql(name, [relation])}; as a superuser or the owner of both (table: ${relation.owner}).`,
    }),
  ]
}
