import type { Finding } from '../../../core/finding.ts'
import type { RefusedTable } from '../../../core/source.ts'
import { parseTableId, tableId, type TableId } from '../../../core/table-id.ts'
import { isPublished } from './build-schema.ts'
import type { UsableRelation } from './judge-relation.ts'
import { quoteQualified } from './quote.ts'
import type { ColumnFacts, RelationFacts } from './read-relations.ts'
import type { Survey } from './survey-tables.ts'

/** What is to be said of the tables themselves, whatever the publication is like. Pure. */
export function checkTables(survey: Survey, publishesStoredGenerated: boolean): readonly Finding[] {
  if (survey.judgements.length === 0) {
    return [
      {
        level: 'error',
        code: 'TABLES_NONE',
        what: 'No table matches the patterns under tables.',
        why: 'There is nothing to copy.',
        remedy: 'Correct the patterns; a name without a schema means the schema public.',
      },
    ]
  }
  return survey.judgements.flatMap((judgement) => {
    if (judgement.tag === 'refused') return [refusedTable(judgement.refused, kindOf(judgement.refused, survey))]
    const columns = survey.facts.columns.get(judgement.relation.oid) ?? []
    return [...checkIdentity(judgement, columns), ...checkGenerated(judgement, columns, publishesStoredGenerated)]
  })
}

function kindOf(refused: RefusedTable, survey: Survey): RelationFacts['kind'] | undefined {
  return survey.facts.relations.find((relation) => tableId(relation.schema, relation.name) === refused.table)?.kind
}

/** A table that is meant and not copied is an error; that views are not copied is only told. */
function refusedTable(refused: RefusedTable, kind: RelationFacts['kind'] | undefined): Finding {
  const level = kind === 'v' || kind === 'm' ? 'info' : kind === 'f' ? 'warning' : 'error'
  return finding(refused.table, {
    level,
    code: refused.code,
    what: `${refused.table} is not copied: ${refused.reason}.`,
    why: 'The target will not have it; all other tables go on.',
    remedy: refused.remedy,
  })
}

function checkIdentity(usable: UsableRelation, columns: readonly ColumnFacts[]): readonly Finding[] {
  const { relation } = usable
  const id = tableId(relation.schema, relation.name)
  if (relation.replica_identity === 'f') {
    return [
      finding(id, {
        level: 'info',
        code: 'IDENTITY_FULL',
        what: `${id} has REPLICA IDENTITY FULL.`,
        why: 'Every update and delete writes the whole old row into the WAL; its key would be enough here.',
        remedy: `ALTER TABLE ${quoteQualified(relation.schema, relation.name)} REPLICA IDENTITY DEFAULT;`,
      }),
    ]
  }
  const long = relation.has_toast ? columns.filter((column) => column.toastable).map((column) => column.name) : []
  if (long.length === 0) return []
  return [
    finding(id, {
      level: 'info',
      code: 'TOAST_UNCHANGED',
      what: `Updates of ${id} leave long values out that they do not change (${long.join(', ')}).`,
      why: 'Such a value is read back from the target, or where it is not there yet from the source: exact, but it takes a query.',
      remedy: `Nothing. If such updates are frequent: ALTER TABLE ${quoteQualified(relation.schema, relation.name)} REPLICA IDENTITY FULL;`,
    }),
  ]
}

function checkGenerated(
  usable: UsableRelation,
  columns: readonly ColumnFacts[],
  storedGenerated: boolean,
): readonly Finding[] {
  const id = tableId(usable.relation.schema, usable.relation.name)
  const left = columns.filter((column) => !isPublished(column, { names: null, storedGenerated }))
  if (left.length === 0) return []
  const names = left.map((column) => column.name).join(', ')
  const isStored = left.some((column) => column.generated === 's')
  return [
    finding(id, {
      level: 'warning',
      code: 'GENERATED_NOT_PUBLISHED',
      what: `Generated columns of ${id} are not copied (${names}).`,
      why: 'The server does not publish them, so their values would be missing from every change.',
      remedy: isStored
        ? 'From PostgreSQL 18 on: ALTER PUBLICATION ... SET (publish_generated_columns = stored); else compute them at the target.'
        : 'Make them STORED (PostgreSQL 18), or compute them at the target.',
    }),
  ]
}

/** A finding about one table. */
export function finding(table: TableId | string, rest: Omit<Finding, 'table'>): Finding {
  return { ...rest, table: parseTableId(table) }
}
