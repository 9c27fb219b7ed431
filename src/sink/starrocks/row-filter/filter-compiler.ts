import { KIND_NULL, type RowView } from '../../../core/row-view.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { SourceType, TableSchema } from '../../../core/table-schema.ts'
import { compareDecimals } from './compare-decimal.ts'
import { compareMoments } from './compare-time.ts'
import { groupOf, withoutDomains, type ComparisonGroup } from './comparison-group.ts'
import { FilterError } from './filter-error.ts'
import { likePattern } from './like-pattern.ts'
import { literalValue } from './literal-value.ts'
import type { ColumnNode, LiteralNode, PredicateNode } from './predicate.ts'
import { compareBytes, comparePadded, Span, trimBlanks, type SpanOrder } from './span.ts'
import { allOf, anyOf, FALSE, negation, OPERATOR_TESTS, TRUE, UNKNOWN, type Verdict } from './verdict.ts'

type CompareNode = Extract<PredicateNode, { tag: 'compare' }>
type LikeNode = Extract<PredicateNode, { tag: 'like' }>
type IsNode = Extract<PredicateNode, { tag: 'is' }>

/** A side of a comparison. `read` moves the span to the row's value; false when it is NULL. */
interface Operand {
  readonly span: Span
  readonly type: SourceType
  readonly group: ComparisonGroup
  /** COLLATE "C" or alike was written, or the type orders so by itself. */
  readonly byteOrder: boolean
  read(row: RowView): boolean
}

const BYTE_COLLATIONS = new Set(['C', 'POSIX', 'ucs_basic', 'pg_c_utf8'])
const LETTER_T = 0x74

const compareFloats: SpanOrder = (left, right) => compareNumbers(Number(left.toString()), Number(right.toString()))
const compareNumbers = (left: number, right: number): number => {
  // PostgreSQL takes NaN for equal to itself and greater than all others.
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1
  if (Number.isNaN(right)) return -1
  return left < right ? -1 : left > right ? 1 : 0
}

const asFloat = (operand: Operand): ((span: Span) => number) =>
  operand.group === 'float4' ? (span) => Math.fround(Number(span.toString())) : (span) => Number(span.toString())

function floatOrder(left: Operand, right: Operand): SpanOrder {
  if (left.group !== 'float4' && right.group !== 'float4') return compareFloats
  const [leftValue, rightValue] = [asFloat(left), asFloat(right)]
  return (a, b) => compareNumbers(leftValue(a), rightValue(b))
}

function enumOrder(type: SourceType): SpanOrder {
  const places = new Map(type.enumLabels?.map((label, place) => [label, place]))
  const placeOf = (span: Span): number => {
    const place = places.get(span.toString())
    if (place !== undefined) return place
    throw new SyncError(
      'TABLE_SHAPE_CHANGED',
      `the enum ${type.display} has got a label since the row filter was made`,
      {
        remedy: 'Restart the service: it then reads the labels and their order anew.',
      },
    )
  }
  return (left, right) => placeOf(left) - placeOf(right)
}

/** Compiles parsed predicates over one table; gathers the columns that they read. */
export class FilterCompiler {
  /** Indexes of the columns read so far. */
  readonly columns = new Set<number>()
  readonly #schema: TableSchema

  constructor(schema: TableSchema) {
    this.#schema = schema
  }

  /** @throws {FilterError} */
  predicate(node: PredicateNode): Verdict {
    switch (node.tag) {
      case 'and':
        return allOf(node.parts.map((part) => this.predicate(part)))
      case 'or':
        return anyOf(node.parts.map((part) => this.predicate(part)))
      case 'not':
        return negation(this.predicate(node.of))
      case 'is':
        return this.#is(node)
      case 'compare':
        return this.#compare(node)
      case 'like':
        return this.#like(node)
      case 'column':
        return this.#booleanColumn(node)
      case 'literal':
        return this.#booleanLiteral(node)
      case 'collate':
        throw new FilterError('a predicate takes no COLLATE', node.position)
    }
  }

  #is(node: IsNode): Verdict {
    if (node.what === 'null' && node.of.tag === 'column') {
      const index = this.#indexOf(node.of)
      return (row) => (row.kinds[index] === KIND_NULL ? TRUE : FALSE)
    }
    const inner = this.predicate(node.of)
    const wanted = { null: UNKNOWN, unknown: UNKNOWN, true: TRUE, false: FALSE }[node.what]
    return (row) => (inner(row) === wanted ? TRUE : FALSE)
  }

  #booleanColumn(node: ColumnNode): Verdict {
    const operand = this.#column(node)
    if (operand.group !== 'bool') {
      throw new FilterError(
        `column ${node.name} is ${operand.type.display}, not boolean`,
        node.position,
        'compare it with a literal',
      )
    }
    return (row) => {
      if (!operand.read(row)) return UNKNOWN
      return operand.span.buffer[operand.span.start] === LETTER_T ? TRUE : FALSE
    }
  }

  #booleanLiteral(node: LiteralNode): Verdict {
    if (node.form === 'null') return () => UNKNOWN
    if (node.form !== 'boolean') throw new FilterError('a predicate was expected, not a literal', node.position)
    const verdict = node.text === 'true' ? TRUE : FALSE
    return () => verdict
  }

  #compare(node: CompareNode): Verdict {
    const { left, right } = this.#operands(node)
    if (left === null || right === null) return () => UNKNOWN
    const ordered = node.operator !== '=' && node.operator !== '<>'
    const order = this.#order(left, right, ordered, node.position)
    const test = OPERATOR_TESTS[node.operator]
    return (row) => {
      if (!left.read(row) || !right.read(row)) return UNKNOWN
      return test(order(left.span, right.span)) ? TRUE : FALSE
    }
  }

  /** Both sides; null for the literal NULL. */
  #operands(node: CompareNode): { left: Operand | null; right: Operand | null } {
    const left = this.#side(node.left, node.position)
    const right = this.#side(node.right, node.position)
    const column = left.column ?? right.column
    if (column === null) throw new FilterError('a comparison needs a column', node.position)
    const byteOrder = left.byteOrder || right.byteOrder
    const operand = (side: typeof left): Operand | null =>
      side.column !== null
        ? { ...side.column, byteOrder: byteOrder || side.column.byteOrder }
        : this.#literal(side.literal, column)
    return { left: operand(left), right: operand(right) }
  }

  #side(
    node: PredicateNode,
    position: number,
  ): { column: Operand | null; literal: LiteralNode | null; byteOrder: boolean } {
    if (node.tag === 'collate') {
      if (!BYTE_COLLATIONS.has(node.collation)) {
        throw new FilterError(`the collation "${node.collation}" is not understood`, node.position, 'COLLATE "C"')
      }
      return { ...this.#side(node.of, position), byteOrder: true }
    }
    if (node.tag === 'literal') return { column: null, literal: node, byteOrder: false }
    if (node.tag === 'column') return { column: this.#column(node), literal: null, byteOrder: false }
    throw new FilterError('only columns and literals can be compared', position, 'write the two parts with AND or OR')
  }

  #literal(node: LiteralNode | null, column: Operand): Operand | null {
    if (node === null || node.form === 'null') return null
    const { text, group } = literalValue(node, column.type)
    const span = new Span(text)
    return { span, type: column.type, group, byteOrder: column.byteOrder, read: () => true }
  }

  #column(node: ColumnNode): Operand {
    const index = this.#indexOf(node)
    const type = withoutDomains(
      this.#schema.columns[index]?.type ?? { oid: 0, typmod: -1, name: '', schema: '', display: '', kind: 'pseudo' },
    )
    const group = groupOf(type)
    if (group === 'none') {
      throw new FilterError(`a column of type ${type.display} can only be tested with IS NULL`, node.position)
    }
    const span = new Span()
    return { span, type, group, byteOrder: type.name === 'name', read: (row) => span.moveTo(row, index) }
  }

  #indexOf(node: ColumnNode): number {
    const index = this.#schema.columns.findIndex((column) => column.name === node.name)
    if (index === -1) {
      const names = this.#schema.columns.map((column) => column.name).join(', ')
      throw new FilterError(`there is no column ${JSON.stringify(node.name)}`, node.position, `use one of: ${names}`)
    }
    this.columns.add(index)
    return index
  }

  #order(left: Operand, right: Operand, ordered: boolean, position: number): SpanOrder {
    const groups = [left.group, right.group]
    if (groups.every((group) => group === 'exact')) return compareDecimals
    if (groups.every((group) => group === 'float4' || group === 'float8' || group === 'exact')) {
      this.#checkFloats(left, right, position)
      return floatOrder(left, right)
    }
    if (left.group !== right.group) return this.#paddedOrder(left, right, position)
    return this.#sameGroupOrder(left, right, ordered, position)
  }

  // A column of exact numbers would be rounded to double precision first.
  #checkFloats(left: Operand, right: Operand, position: number): void {
    const exactColumn = [left, right].some((side) => side.group === 'exact' && groupOf(side.type) === 'exact')
    if (exactColumn) throw new FilterError('an exact number and a float are not compared', position)
  }

  #paddedOrder(left: Operand, right: Operand, position: number): SpanOrder {
    const padded = left.group === 'padded' ? left : right
    const other = padded === left ? right : left
    if (padded.group !== 'padded' || other.group !== 'text' || other.type !== padded.type) {
      throw new FilterError(`${left.type.display} and ${right.type.display} are not compared`, position)
    }
    // char(n) loses its blanks when it meets text; the text keeps its own.
    return (a, b) => {
      trimBlanks(padded === left ? a : b)
      return compareBytes(a, b)
    }
  }

  #sameGroupOrder(left: Operand, right: Operand, ordered: boolean, position: number): SpanOrder {
    switch (left.group) {
      case 'moment':
        return compareMoments
      case 'enum':
        if (left.type.oid !== right.type.oid) throw new FilterError('two enums are not compared', position)
        return ordered ? enumOrder(left.type) : compareBytes
      case 'text':
      case 'padded':
        if (ordered && !left.byteOrder && !right.byteOrder) {
          throw new FilterError('the order of text depends on the collation', position, 'COLLATE "C" after the column')
        }
        return left.group === 'padded' ? comparePadded : compareBytes
      default:
        return compareBytes
    }
  }

  #like(node: LikeNode): Verdict {
    const value = node.value.tag === 'column' ? this.#column(node.value) : null
    if (value === null || (value.group !== 'text' && value.group !== 'padded')) {
      throw new FilterError('LIKE takes a column of text on its left', node.position)
    }
    const { pattern } = node
    if (pattern.tag !== 'literal' || (pattern.form !== 'quoted' && pattern.form !== 'null')) {
      throw new FilterError('LIKE takes a quoted pattern', node.position)
    }
    if (pattern.form === 'null') return () => UNKNOWN
    const matches = likePattern(pattern.text, node.ignoreCase, pattern.position)
    return (row) => {
      if (!value.read(row)) return UNKNOWN
      return matches(value.span) ? TRUE : FALSE
    }
  }
}
