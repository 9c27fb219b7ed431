import type { TableId } from '../../../core/table-id.ts'
import type { Publication } from './read-publication.ts'
import { quoteIdentifier, quoteQualified } from './quote.ts'

/** A table that is to be published. */
export interface TableName {
  readonly id: TableId
  readonly schema: string
  readonly name: string
}

const STORED_GENERATED_SINCE = 180_000

/** Creates the publication without tables, as the pipeline needs it. */
export function createPublicationSql(publication: string, serverVersionNum: number): string {
  const settings = [`publish = 'insert, update, delete, truncate'`, 'publish_via_partition_root = true']
  if (serverVersionNum >= STORED_GENERATED_SINCE) settings.push('publish_generated_columns = stored')
  return `CREATE PUBLICATION ${quoteIdentifier(publication)} WITH (${settings.join(', ')})`
}

/** Adds tables; ONLY, because the name of a plain table would bring its inheritance children along. */
export function addTablesSql(publication: string, tables: readonly Pick<TableName, 'schema' | 'name'>[]): string {
  const names = tables.map((table) => `ONLY ${quoteQualified(table.schema, table.name)}`)
  return `ALTER PUBLICATION ${quoteIdentifier(publication)} ADD TABLE ${names.join(', ')}`
}

/** What a publication as a whole cannot do, with the SQL that mends it. */
export interface PublicationFault {
  readonly reason: string
  readonly remedy: string
}

const NEEDED_OPERATIONS = ['insert', 'update', 'delete'] as const

/** The fault that makes a publication useless to every table; null when there is none. */
export function findPublicationFault(name: string, publication: Publication): PublicationFault | null {
  const missing = NEEDED_OPERATIONS.filter((operation) => !publication.operations.includes(operation))
  if (missing.length === 0) return null
  return {
    reason: `publication ${name} does not publish ${missing.join(' and ')}`,
    remedy: `ALTER PUBLICATION ${quoteIdentifier(name)} SET (publish = 'insert, update, delete, truncate');`,
  }
}

/** Why a table of a publication cannot be kept equal through it; null when it can. */
export function findTableFault(
  name: string,
  publication: Publication,
  table: { readonly schema: string; readonly name: string; readonly partitioned: boolean },
): PublicationFault | null {
  if (table.partitioned && !publication.viaRoot) {
    return {
      reason: `publication ${name} announces each partition under its own name`,
      remedy: `ALTER PUBLICATION ${quoteIdentifier(name)} SET (publish_via_partition_root = true);`,
    }
  }
  const published = publication.tables.get(`${table.schema}.${table.name}`)
  if (published === undefined) {
    return {
      reason: `publication ${name} does not publish it under its own name`,
      remedy: `${addTablesSql(name, [table])};`,
    }
  }
  if (published.rowFilter === null) return null
  return {
    reason: `publication ${name} filters its rows, and the first copy would not`,
    remedy:
      `ALTER PUBLICATION ${quoteIdentifier(name)} DROP TABLE ${quoteQualified(table.schema, table.name)}; ` +
      `${addTablesSql(name, [table])}; -- and give the filter as "where" in the configuration`,
  }
}
