import type { SourceType } from '../../../core/table-schema.ts'
import { catalogName, groupOf, groupOfName, type ComparisonGroup } from './comparison-group.ts'
import { FilterError } from './filter-error.ts'
import { decimalLiteral, floatLiteral, integerLiteral } from './number-literal.ts'
import type { LiteralNode } from './predicate.ts'
import { momentLiteral, timeLiteral } from './time-literal.ts'

const BOOLEANS: Readonly<Record<string, string>> = {
  true: 't',
  t: 't',
  yes: 't',
  y: 't',
  on: 't',
  '1': 't',
  false: 'f',
  f: 'f',
  no: 'f',
  n: 'f',
  off: 'f',
  '0': 'f',
}

/** The type that a literal has when it meets a column: what it was cast to, else what PostgreSQL takes it for. */
function literalType(node: LiteralNode, column: SourceType): string {
  if (node.castTo !== null) return catalogName(node.castTo)
  if (node.form === 'quoted') return column.name
  if (node.form === 'boolean') return 'bool'
  return column.name === 'oid' ? 'oid' : 'numeric'
}

/** Pairs of groups that PostgreSQL compares, and that this filter compares in the same way. */
const MEETS: Readonly<Record<ComparisonGroup, readonly ComparisonGroup[]>> = {
  exact: ['exact'],
  float4: ['float4', 'float8', 'exact'],
  float8: ['float8', 'float4', 'exact'],
  text: ['text'],
  padded: ['padded', 'text'],
  moment: ['moment'],
  time: ['time'],
  bool: ['bool'],
  uuid: ['uuid'],
  enum: ['enum'],
  bytea: ['bytea'],
  none: [],
}

function uuidLiteral(text: string, position: number): string {
  const digits = text.trim().toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/u.test(digits)) throw new FilterError(`${JSON.stringify(text)} is no uuid`, position)
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5')
}

function byteaLiteral(text: string, position: number): string {
  if (!/^\\x(?:[0-9a-f]{2})*$/iu.test(text)) {
    throw new FilterError(
      `${JSON.stringify(text)} is not understood as bytea`,
      position,
      String.raw`write it as '\x00ff'`,
    )
  }
  return text.toLowerCase()
}

function enumLiteral(text: string, column: SourceType, position: number): string {
  const labels = column.enumLabels ?? []
  if (!labels.includes(text)) {
    throw new FilterError(
      `${column.display} has no label ${JSON.stringify(text)}`,
      position,
      `one of: ${labels.join(', ')}`,
    )
  }
  return text
}

function booleanLiteral(text: string, position: number): string {
  const value = BOOLEANS[text.trim().toLowerCase()]
  if (value === undefined)
    throw new FilterError(`${JSON.stringify(text)} is no boolean`, position, 'write TRUE or FALSE')
  return value
}

function exactLiteral(node: LiteralNode, type: string): string {
  return type === 'numeric' ? decimalLiteral(node.text, node.position) : integerLiteral(node.text, type, node.position)
}

/** A real met by a literal of more digits is compared as double precision by `=` and as real by IN: refused. */
function checkReal(node: LiteralNode, group: ComparisonGroup): void {
  const value = floatLiteral(node.text, node.position)
  if (group === 'exact' && !Number.isNaN(value) && Math.fround(value) !== value) {
    throw new FilterError(
      `a real column and ${node.text}: PostgreSQL compares them as double precision, or not, by circumstance`,
      node.position,
      `write '${node.text}'::real or '${node.text}'::float8`,
    )
  }
}

function floatText(node: LiteralNode, group: ComparisonGroup): string {
  const value = floatLiteral(node.text, node.position)
  return String(group === 'float4' ? Math.fround(value) : value)
}

function checkPair(node: LiteralNode, column: SourceType, type: string): ComparisonGroup {
  const group = node.castTo === column.name ? groupOf(column) : groupOfName(type)
  const own = groupOf(column)
  const effective = node.castTo === null && node.form === 'quoted' ? own : group
  if (!MEETS[own].includes(effective)) {
    const hint = node.form === 'number' ? `put it in quotes: '${node.text}'` : 'leave the cast out'
    throw new FilterError(`${column.display} and a literal of type ${type} are not compared`, node.position, hint)
  }
  if (node.form === 'number' && node.castTo !== null && !/^(?:int[248]|numeric|float[48]|oid)$/u.test(type)) {
    throw new FilterError(`a number cannot be read as ${type}`, node.position, `put it in quotes: '${node.text}'`)
  }
  return effective
}

/** A literal's value in the text that the column's values have, and the group that it is compared in. */
export interface LiteralValue {
  readonly text: string
  readonly group: ComparisonGroup
}

/**
 * Reads a literal as PostgreSQL would when it meets a column of this type (one without domains).
 *
 * @throws {FilterError} when PostgreSQL would refuse it, or read it in a way that depends on its settings.
 */
export function literalValue(node: LiteralNode, column: SourceType): LiteralValue {
  const type = literalType(node, column)
  const group = checkPair(node, column, type)
  const { text, position } = node
  if (groupOf(column) === 'float4') checkReal(node, group)
  switch (group) {
    case 'exact':
      return { text: exactLiteral(node, type), group }
    case 'float4':
    case 'float8':
      return { text: floatText(node, group), group }
    case 'moment':
      return { text: momentLiteral(text, type, position), group }
    case 'time':
      return { text: timeLiteral(text, position), group }
    case 'bool':
      return { text: booleanLiteral(text, position), group }
    case 'uuid':
      return { text: uuidLiteral(text, position), group }
    case 'enum':
      return { text: enumLiteral(text, column, position), group }
    case 'bytea':
      return { text: byteaLiteral(text, position), group }
    default:
      return { text, group }
  }
}
