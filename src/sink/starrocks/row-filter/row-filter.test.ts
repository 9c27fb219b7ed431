import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SyncError } from '../../../core/sync-error.ts'
import { rowOf, schemaOf, sourceType } from '../testing/source-fixtures.ts'
import { compileRowFilter } from './compile-row-filter.ts'

const mood = { ...sourceType('mood'), schema: 'public', kind: 'enum' as const, enumLabels: ['sad', 'ok'] }
const schema = schemaOf({
  id: 'int8',
  region: 'text',
  'Total Sum': 'numeric',
  paid: 'bool',
  at: 'timestamptz',
  data: 'jsonb',
  mood,
  f: 'float4',
})
const ROW = rowOf(['7', 'eu', '10.50', 't', '2024-02-29 12:00:00+00', '{}', 'ok', '0.1'])

describe('a row filter', () => {
  test.each([
    ["region = 'eu'", true],
    ["t.region IN ('us', 'eu') AND id BETWEEN 1 AND 10", true],
    ['"Total Sum" > 10.5', false],
    ["paid AND at >= '2024-02-29'", true],
    ["CAST('7' AS bigint) = id", true],
    ["at = '2024-02-29 13:00+01'::timestamp with time zone", true],
    ["mood > 'sad'", true],
    ["region NOT LIKE 'e_'", false],
    ["NOT region = 'us' OR NULL", true],
    ['data IS NULL', false],
    ["region IN ('us', NULL)", false],
  ])('judges %s', (where, verdict) => {
    expect(compileRowFilter(where, schema).accepts(ROW)).toBe(verdict)
  })

  test('names the columns that it reads', () => {
    expect(compileRowFilter("region = 'eu' OR id > 1 AND region <> 'us'", schema).columns).toEqual([0, 1])
  })

  test.each([
    ["regio = 'eu'", 'character 1', 'there is no column', 'region'],
    ["Region = 'eu' AND 'Total' = 1", 'character 27', 'needs a column', ''],
    ["region < 'eu'", 'character 8', 'collation', 'COLLATE "C"'],
    ['region = 5', 'character 10', 'not compared', "'5'"],
    ["lower(region) = 'eu'", 'character 1', 'function', ''],
    ["region = E'eu'", 'character 10', 'strings of the form', ''],
    ["id = '5.5'", 'character 6', 'no int8', 'without quotes'],
    ['id = 5 +', 'character 8', 'the end', ''],
    ['id =', 'character 5', 'a column or a literal', ''],
    ["data = '{}'", 'character 1', 'IS NULL', ''],
    ["mood = 'angry'", 'character 8', 'no label', 'sad, ok'],
    ['f = 0.1', 'character 5', 'real', '::real'],
    ["at > 'yesterday'", 'character 6', 'not understood', '2024'],
    ["at > '2023-02-29'", 'character 6', 'not understood', '2024'],
    ["region ~ 'x'", 'character 8', 'not understood', ''],
    ["region LIKE 'x\\'", 'character 13', 'escape', ''],
    ["region ILIKE 'Ä%'", 'character 14', 'locale', 'LIKE'],
    ['region', 'character 1', 'not boolean', ''],
    ['(id = 1', 'character 8', ') was expected', ''],
    ['id = 1 -- all', 'character 8', 'comments', ''],
    ['id = 1; DROP TABLE t', 'character 7', 'not understood', ''],
    ["region::varchar = 'x'", 'character 7', 'only a literal', ''],
    ['id = (1 = 1)', 'character 4', 'only columns and literals', ''],
    ['id = "Total Sum" AND f = id', 'character 24', 'not compared', ''],
    ['region = \'eu\' COLLATE "de_DE"', 'character 15', 'collation', ''],
  ])('refuses %s', (where, place, problem, suggestion) => {
    const error = refusal(where)
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toContain(place)
    expect(error.message).toContain(problem)
    expect(error.remedy).toContain(suggestion)
  })
})

test('an enum label that came later is no verdict but an error, where order matters', () => {
  const later = rowOf(['7', 'eu', '1', 't', null, null, 'furious', null])
  expect(() => compileRowFilter("mood > 'sad'", schema).accepts(later)).toThrow(/got a label/u)
  expect(compileRowFilter("mood = 'sad'", schema).accepts(later)).toBe(false)
})

test('any text is compiled or refused by a SyncError', () => {
  const words = fc.constantFrom(
    'id',
    'region',
    'paid',
    '(',
    ')',
    '=',
    '<',
    'AND',
    'OR',
    'NOT',
    'IN',
    'IS',
    'NULL',
    'LIKE',
    "'x'",
    '5',
    '::',
    'int',
    ',',
    'BETWEEN',
    '"',
    "'",
    '-',
    'COLLATE',
    '"C"',
    'CAST',
    'AS',
    'date',
    '.',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
      ),
      (where) => {
        let error: unknown
        try {
          compileRowFilter(where, schema).accepts(ROW)
        } catch (caught) {
          error = caught
        }
        expect(error === undefined || error instanceof SyncError).toBe(true)
      },
    ),
    { numRuns: 3000 },
  )
})

function refusal(where: string): SyncError {
  try {
    compileRowFilter(where, schema)
  } catch (error) {
    if (error instanceof SyncError) return error
  }
  throw new Error(`not refused: ${where}`)
}
