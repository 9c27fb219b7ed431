import { quoteName } from '../storage/duck.ts'
import type { ColumnType } from './column-type.ts'

/** A default of the kinds that StarRocks' DDL allows (4): a literal, the time, or an id function. */
export type ColumnDefault =
  | { readonly tag: 'literal'; readonly text: string }
  | { readonly tag: 'now'; readonly digits: number }
  | { readonly tag: 'function'; readonly name: 'uuid()' | 'uuid_numeric()' }

/** One column. Names are compared without case (5). */
export interface ColumnDef {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  readonly isKey: boolean
  readonly default?: ColumnDefault | undefined
  readonly comment: string
  readonly autoIncrement: boolean
}

/** A table model: how rows of one key meet (3). UNIQUE KEY tables replace whole rows too, but know no `__op`. */
export type TableModel = 'primary' | 'duplicate' | 'unique'

/** A table as the catalog knows it. `id` names its storage and survives RENAME and SWAP. */
export interface TableDef {
  readonly id: number
  readonly database: string
  readonly name: string
  readonly model: TableModel
  readonly columns: readonly ColumnDef[]
  readonly keyNames: readonly string[]
  readonly distributedBy: readonly string[]
  readonly buckets?: number | undefined
  readonly orderBy?: readonly string[] | undefined
  /** The PARTITION BY clause as written; the stand-in does not partition. */
  readonly partitionBy?: string | undefined
  readonly comment: string
  readonly properties: Readonly<Record<string, string>>
  readonly createdMs: number
  /** Names once used and renamed away: they cannot be added again (5). */
  readonly retiredNames: readonly string[]
}

/** The stored table behind a definition. */
export const storageName = (tableId: number): string => `data.${quoteName(`t${tableId}`)}`

/** Finds a column by name, ignoring case. */
export function findColumn(table: TableDef, name: string): ColumnDef | undefined {
  const wanted = name.toLowerCase()
  return table.columns.find((column) => column.name.toLowerCase() === wanted)
}

/** Whether a later row of one key replaces the earlier one. */
export const replacesByKey = (table: TableDef): boolean => table.model !== 'duplicate'
