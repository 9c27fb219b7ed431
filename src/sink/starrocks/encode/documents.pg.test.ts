import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { ByteBuffer } from '../../../core/byte-buffer.ts'
import { compileTable } from '../compile-table.ts'
import { readCsv, readJsonLines } from '../testing/load-reader.ts'
import { FEATURES, routeOf, rowOf, schemaOf, sourceType } from '../testing/source-fixtures.ts'

const table = compileTable(
  schemaOf({ id: 'int4', a: '_text', h: { ...sourceType('hstore'), schema: 'public' } }),
  routeOf(),
  FEATURES,
)
const awkward = fc.constantFrom(
  '',
  'NULL',
  'null',
  ',',
  '{}',
  '"',
  '\\',
  '\\N',
  ' ',
  '=>',
  '\x01',
  '\n',
  'é',
  '😀',
  'a=>b',
)
const text = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 3 })
  .map((parts) => parts.join('').replaceAll('\0', '').toWellFormed())
const element = fc.option(text, { nil: null })
const flat = fc.array(element, { maxLength: 5 })
const square = fc.tuple(element, element, element, element).map(([a, b, c, d]) => [
  [a, b],
  [c, d],
])
const pairs = fc.dictionary(text, element, { maxKeys: 4, noNullPrototype: true })

test('arrays and hstores that a server prints become the JSON of what was put in', async () => {
  await using database = await openDatabase()
  await database.query('CREATE EXTENSION hstore')
  await fc.assert(
    fc.asyncProperty(fc.oneof(flat, square), pairs, async (array, object) => {
      const [row] = await database.query<{ a: string; h: string }>(
        'SELECT $1::text[]::text AS a, hstore($2::text[], $3::text[])::text AS h',
        [array, Object.keys(object), Object.values(object)],
      )
      const [csv, json] = [new ByteBuffer(1), new ByteBuffer(1)]
      const view = rowOf(['1', row?.a ?? null, row?.h ?? null])
      table.encoders.csv.appendUpsert(view, csv)
      table.encoders.json.appendUpsert(view, json)
      const fields = readCsv(csv.view())[0] ?? []
      expect(JSON.parse(fields[1] ?? '')).toEqual(array)
      // Not JSON.parse: V8 13.6 takes the key \" for the key \\ when it has seen that one in the same place before.
      const [read] = await database.query<{ same: boolean }>('SELECT hstore_to_jsonb($1::hstore) = $2::jsonb AS same', [
        row?.h,
        fields[2],
      ])
      expect(read).toEqual({ same: true })
      expect(readJsonLines(json.view())[0]).toMatchObject({ a: fields[1], h: fields[2] })
    }),
    { numRuns: 500 },
  )
})
