import type { SourceType } from '../../../core/table-schema.ts'

/** Types whose values compare in one way. `none`: those that a row filter does not compare. */
export type ComparisonGroup =
  | 'exact'
  | 'float4'
  | 'float8'
  | 'text'
  | 'padded'
  | 'moment'
  | 'time'
  | 'bool'
  | 'uuid'
  | 'enum'
  | 'bytea'
  | 'none'

const GROUPS: Readonly<Record<string, ComparisonGroup>> = {
  int2: 'exact',
  int4: 'exact',
  int8: 'exact',
  oid: 'exact',
  numeric: 'exact',
  float4: 'float4',
  float8: 'float8',
  text: 'text',
  varchar: 'text',
  name: 'text',
  bpchar: 'padded',
  date: 'moment',
  timestamp: 'moment',
  timestamptz: 'moment',
  time: 'time',
  bool: 'bool',
  uuid: 'uuid',
  bytea: 'bytea',
}

const SPELLINGS: Readonly<Record<string, string>> = {
  smallint: 'int2',
  int: 'int4',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  float: 'float8',
  decimal: 'numeric',
  boolean: 'bool',
}

/** The type below all domains. */
export function withoutDomains(type: SourceType): SourceType {
  return type.kind === 'domain' && type.inner !== undefined ? withoutDomains(type.inner) : type
}

/** The catalog's name of a type as SQL spells it. */
export const catalogName = (spelling: string): string => SPELLINGS[spelling] ?? spelling

/** How values of a column compare; the type is one without domains. */
export function groupOf(type: SourceType): ComparisonGroup {
  if (type.kind === 'enum') return 'enum'
  if (type.kind !== 'base' || type.schema !== 'pg_catalog') return 'none'
  return GROUPS[type.name] ?? 'none'
}

/** How values of a built-in type compare, by its catalog name. */
export const groupOfName = (name: string): ComparisonGroup => GROUPS[name] ?? 'none'
