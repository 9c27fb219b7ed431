import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { rowOf, schemaOf } from '../testing/source-fixtures.ts'
import { COLUMNS, type ColumnCase, MOODS, TEXTS, quote } from '../testing/row-filter-columns.ts'
import { compileRowFilter } from './compile-row-filter.ts'

const NAMES = Object.keys(COLUMNS)
const PAIRS = [
  ['i2', 'i8'],
  ['i4', 'n'],
  ['f4', 'f8'],
  ['t', 'v'],
  ['d', 'ts'],
  ['ts', 'tz'],
  ['d', 'tz'],
  ['b', 'b'],
  ['na', 't'],
] as const

const columnCase = (name: string): ColumnCase => {
  const found = COLUMNS[name]
  if (found === undefined) throw new RangeError(name)
  return found
}

const operator = (column: ColumnCase): fc.Arbitrary<string> =>
  column.ordered === true ? fc.constantFrom('=', '<>', '!=', '<', '<=', '>', '>=') : fc.constantFrom('=', '<>')

const withLiteral = (name: string): fc.Arbitrary<string> => {
  const column = columnCase(name)
  const literal = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...column.literals) },
    { weight: 1, arbitrary: fc.constant('NULL') },
  )
  const not = fc.constantFrom('', 'NOT ')
  return fc.oneof(
    fc
      .tuple(operator(column), literal, fc.boolean())
      .map(([op, value, turned]) => (turned ? `${value} ${op} ${name}` : `${name} ${op} ${value}`)),
    fc
      .tuple(not, fc.array(literal, { minLength: 1, maxLength: 3 }))
      .filter(([, list]) => name !== 'f4' || list.length === 1)
      .filter(([, list]) => new Set(list.map((item) => item.includes('::') || /^[A-Z]+ '/u.test(item))).size === 1)
      .map(([no, list]) => `${name} ${no}IN (${list.join(', ')})`),
    fc.constantFrom(`${name} IS NULL`, `${name} IS NOT NULL`),
    ...(column.ordered === true
      ? [fc.tuple(not, literal, literal).map(([no, low, high]) => `${name} ${no}BETWEEN ${low} AND ${high}`)]
      : []),
    ...(column.collate === true
      ? [
          fc
            .tuple(fc.constantFrom('<', '>=', '='), fc.constantFrom(...TEXTS.map(quote)))
            .map(([op, value]) => `${name} COLLATE "C" ${op} ${value}`),
        ]
      : []),
  )
}

const PATTERNS = ['%', '_', 'a%', '%b', '%a%', 'a_c', '__', '', 'A%', '%\\%', '\\_', '%_b%', '日_', '_x', 'a ']
const like = fc
  .tuple(fc.constantFrom('t', 'v', 'c', 'na'), fc.constantFrom('LIKE', 'NOT LIKE'), fc.constantFrom(...PATTERNS))
  .map(([name, op, pattern]) => `${name} ${op} ${quote(pattern)}`)
const ilike = fc
  .tuple(fc.constantFrom('t', 'v'), fc.constantFrom(...PATTERNS.filter((pattern) => !pattern.startsWith('日'))))
  .map(([name, pattern]) => `${name} ILIKE ${quote(pattern)}`)
const pair = fc.tuple(fc.constantFrom(...PAIRS), fc.constantFrom('=', '<>', '<', '>=')).map(([[left, right], op]) => {
  const collate = left === 't' || left === 'na' ? ' COLLATE "C"' : ''
  return `${left}${collate} ${op} ${right}`
})

const { predicate } = fc.letrec<{ predicate: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...NAMES).chain(withLiteral) },
    { weight: 2, arbitrary: like },
    { weight: 1, arbitrary: ilike },
    { weight: 1, arbitrary: pair },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'b',
        'NOT b',
        'b IS TRUE',
        'b IS NOT FALSE',
        'b IS UNKNOWN',
        'TRUE',
        'NULL',
        'b = false IS NOT TRUE',
      ),
    },
  ),
  predicate: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'predicate' },
    tie('atom'),
    fc.tuple(tie('predicate'), fc.constantFrom('AND', 'OR'), tie('predicate')).map((parts) => parts.join(' ')),
    fc
      .tuple(tie('predicate'), fc.constantFrom('AND', 'or'), tie('predicate'))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    tie('predicate').map((inner) => `NOT (${inner})`),
    tie('predicate').map((inner) => `(${inner}) IS NOT TRUE`),
  ),
}))

test('a row filter gives the verdict of PostgreSQL', async () => {
  await using database = await openDatabase()
  await database.query("SET TimeZone='UTC'")
  await database.query('SET DateStyle=ISO')
  await database.query('SET extra_float_digits=1')
  await database.query(`CREATE TYPE mood AS ENUM (${MOODS.map(quote).join(', ')})`)
  const list = NAMES.map((name) => `${name} ${columnCase(name).sql}`).join(', ')
  await database.query(`CREATE TABLE r (id int PRIMARY KEY, ${list})`)
  const schema = schemaOf({ id: 'int4', ...Object.fromEntries(NAMES.map((name) => [name, columnCase(name).type])) })
  // Row i has each column's i-th value, further rows shift them against each other; the last one is NULL throughout.
  const rows = Array.from({ length: 40 }, (_, row) =>
    NAMES.map((name, column) => {
      const { values } = columnCase(name)
      const place = (row + (row >> 3) * column) % (values.length + 1)
      return row === 39 ? 'NULL' : (values[place] ?? 'NULL')
    }),
  )
  await database.query(`INSERT INTO r VALUES ${rows.map((values, id) => `(${[id, ...values].join(', ')})`).join(', ')}`)
  const texts = await database.query<Record<string, string | null>>(
    `SELECT id::text, ${NAMES.map((name) => `r.${name}::text AS ${name}`).join(', ')} FROM r ORDER BY r.id`,
  )
  const views = texts.map((row) => rowOf(['id', ...NAMES].map((name) => bareText(name, row[name] ?? null))))

  await fc.assert(
    fc.asyncProperty(predicate, async (where) => {
      const filter = compileRowFilter(where, schema)
      const ours = views.flatMap((view, id) => (filter.accepts(view) ? [id] : []))
      const theirs = await database.query<{ id: number }>(`SELECT id FROM r WHERE ${where} ORDER BY id`)
      expect(ours).toEqual(theirs.map((row) => row.id))
    }),
    { numRuns: Number(process.env['FILTER_RUNS'] ?? 600) },
  )
})

/** What COPY and pgoutput print where a cast to text prints something else. */
function bareText(name: string, text: string | null): string | null {
  if (text === null) return null
  if (name === 'b') return text.slice(0, 1)
  return name === 'c' ? text + ' '.repeat(Math.max(0, 5 - Array.from(text).length)) : text
}
