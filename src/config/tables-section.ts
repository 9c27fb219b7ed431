import { defaulted, defaultedSection, map, oneOrMore, optional, required, scalar, section } from './declaration.ts'
import { parseNamePattern, parseTargetTemplate, type NamePattern, type TargetTemplate } from './name-pattern.ts'
import { choice, integer, text, yesOrNo } from './scalars.ts'

/** One entry of `tables:`. The first one that matches a table decides. */
export interface TableRule {
  readonly source: NamePattern
  /** Absent: the same name for tables of schema `public`, `schema_table` for others. */
  readonly target?: TargetTemplate | undefined
  /** Matching tables are not copied. */
  readonly skip: boolean
  readonly excludeColumns: readonly string[]
  readonly where?: string | undefined
  readonly delete: 'hard' | 'soft'
  readonly columnTypes: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly buckets?: number | undefined
}

const rule = section(
  {
    source: required(
      scalar('schema.table', parseNamePattern),
      'Which tables: `schema.table` with `*` and `?`; odd names in double quotes (`\'public."Odd.Name"\'`); case counts.',
    ),
    target: optional(scalar('table or database.table', parseTargetTemplate), {
      doc: 'Where they go; `{schema}` and `{table}` stand for the source’s names. Two source tables never share a target table.',
      defaultText: '`{table}` for schema `public`, `{schema}_{table}` for others',
    }),
    skip: defaulted(yesOrNo, 'false', { doc: 'These tables are not copied, whatever entries below say.' }),
    exclude_columns: optional(oneOrMore(text), { doc: 'Columns that are not copied.' }),
    where: optional(text, {
      doc: 'An SQL condition over the row; only rows for which it is true are in the target, in the first copy and ever after.',
    }),
    delete: defaulted(choice(['hard', 'soft']), 'hard', {
      doc: '`hard`: a deleted row is deleted in the target. `soft`: it stays and is marked in `_sync_deleted`.',
    }),
    column_types: defaultedSection(map(text), {
      doc: 'Per column: a StarRocks type or the name of a rule of [types](types.md).',
    }),
    properties: defaultedSection(map(text), { doc: 'Properties of CREATE TABLE, over those of `target.properties`.' }),
    buckets: optional(integer({ from: '1', to: '4096' }), {
      doc: 'Buckets of the hash distribution.',
      defaultText: 'reckoned from the size of the source table',
    }),
  },
  (yaml): TableRule => ({
    source: yaml.source,
    target: yaml.target,
    skip: yaml.skip,
    excludeColumns: yaml.exclude_columns ?? [],
    where: yaml.where,
    delete: yaml.delete,
    columnTypes: yaml.column_types,
    properties: yaml.properties,
    buckets: yaml.buckets,
  }),
  'source',
)

/** `tables:`, a list of patterns or entries. */
export const tablesList = oneOrMore(rule)
