import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteBuffer } from '../../../core/byte-buffer.ts'
import { BAD_ROW, NEEDS_JSON } from '../../../core/row-encoder.ts'
import { compileTable } from '../compile-table.ts'
import { readCsv, readJsonLines } from '../testing/load-reader.ts'
import {
  FEATURES,
  routeOf,
  rowOf,
  schemaOf,
  sourceType,
  UNCHANGED,
  type SourceValue,
} from '../testing/source-fixtures.ts'

const schema = schemaOf({ k: 'text', a: 'text', b: 'text', n: 'numeric', tags: '_text' }, 1)
const table = compileTable(schema, routeOf(), FEATURES)
const { csv, json } = table.encoders

const awkward = fc.constantFrom(
  '',
  '\\N',
  '\\',
  '"',
  '\n',
  '\r\n',
  '\x01',
  '\x02',
  '\x03',
  'null',
  '\u2028',
  '😀',
  '\x7f',
)
const pieces = fc.array(fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 40 })), {
  maxLength: 5,
})
const text = pieces.map((parts) => parts.join('').replaceAll('\0', '').toWellFormed())
const key = fc.string({ maxLength: 20 }).map((value) => value.replaceAll('\0', ''))
const nullable = fc.option(text, { nil: null })
const carriedByCsv = (value: string | null): boolean =>
  value === null || (value !== '\\N' && !['\x01', '\x02', '\x03'].some((separator) => value.includes(separator)))

test('every text comes through, in CSV unless it holds what CSV cannot carry', () => {
  fc.assert(
    fc.property(key, nullable, nullable, fc.nat(40), (k, a, b, before) => {
      const row = rowOf([k, a, b, '1.50', '{}'])
      const out = new ByteBuffer(1 + before)
      out.append(Buffer.alloc(before, 120), 0, before)
      const answer = csv.appendUpsert(row, out)
      const body = Buffer.from(out.view().subarray(before))
      const fits = [k, a, b].every(carriedByCsv)
      expect(fits ? readCsv(body) : answer).toEqual(fits ? [[k, a, b, '1.50', '[]', '0']] : NEEDS_JSON)
      out.length = before
      expect(json.appendUpsert(row, out)).toBeGreaterThan(0)
      expect(readJsonLines(out.view().subarray(before))).toEqual([{ k, a, b, n: '1.50', tags: '[]', __op: '0' }])
      expect(out.view().subarray(0, before).equals(Buffer.alloc(before, 120))).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('a CSV record becomes the JSON record of its row, whatever it holds', () => {
  const plain = text.filter(carriedByCsv)
  const value: fc.Arbitrary<SourceValue> = fc.oneof(plain, fc.constant(null), fc.constant<typeof UNCHANGED>(UNCHANGED))
  fc.assert(
    fc.property(key.filter(carriedByCsv), value, value, fc.boolean(), (k, a, b, deleted) => {
      const row = rowOf([k, a, b, null, UNCHANGED])
      const [record, anew, direct] = [new ByteBuffer(1), new ByteBuffer(1), new ByteBuffer(1)]
      const append = deleted ? 'appendDelete' : 'appendUpsert'
      csv[append](row, record)
      expect(json.appendRecoded(record.bytes, 0, record.length, anew)).toBe(json[append](row, direct))
      expect(anew.view().toString()).toBe(direct.view().toString())
    }),
  )
})

test('keys have equal bytes exactly when their texts are equal', () => {
  const keyed = compileTable(schemaOf({ a: 'text', b: 'text', v: 'text' }, 2), routeOf(), FEATURES)
  const part = fc.stringMatching(/^[ab,":\\{}]{0,3}$/u)
  fc.assert(
    fc.property(part, part, part, part, (a, b, c, d) => {
      for (const format of ['csv', 'json'] as const) {
        const out = new ByteBuffer()
        const first = keyed.encoders[format].appendUpsert(rowOf([a, b, 'x']), out)
        const middle = out.length
        const second = keyed.encoders[format].appendDelete(rowOf([c, d, null]), out)
        const equal = out.bytes.subarray(0, first).equals(out.bytes.subarray(middle, middle + second))
        expect(equal).toBe(a === c && b === d)
      }
    }),
  )
})

const long = 'é'.repeat(30)
test.each([
  [
    'a text of more bytes than its column',
    schemaOf({ id: 'int4', v: sourceType('varchar', 4 + 14) }),
    long,
    /longer than VARCHAR\(56\)/u,
  ],
  ['an array literal that breaks off', schemaOf({ id: 'int4', v: '_int4' }), '{1,{2}', /prints/u],
  ['bytes that are not in hex', schemaOf({ id: 'int4', v: 'bytea' }), 'abc', /prints/u],
  [
    'a timestamptz that is not in UTC',
    schemaOf({ id: 'int4', v: 'timestamptz' }),
    '2024-01-01 00:00:00+02',
    /TimeZone=UTC/u,
  ],
  ['an infinite date', schemaOf({ id: 'int4', v: 'date' }), 'infinity', /_or_null/u],
])('%s makes the row bad, and the body stays as it was', (_what, one, value, reason) => {
  const bad = compileTable(one, routeOf(), FEATURES)
  for (const format of ['csv', 'json'] as const) {
    const out = new ByteBuffer()
    bad.encoders[format].appendUpsert(rowOf(['1', null]), out)
    const before = out.view().toString()
    expect(bad.encoders[format].appendUpsert(rowOf(['1', value]), out)).toBe(BAD_ROW)
    expect(bad.encoders[format].lastBadRow()).toEqual({ column: 'v', reason: expect.stringMatching(reason) })
    expect(out.view().toString()).toBe(before)
  }
})

test('a long text at each offset and length keeps its bytes', () => {
  const source = 'abcdefghijklmnopqrstuvwxyz "quoted" \\ back\n'.repeat(3)
  for (let start = 0; start < 9; start++) {
    for (let end = start; end < source.length; end++) {
      const value = source.slice(start, end)
      const out = new ByteBuffer(1)
      csv.appendUpsert(rowOf(['k', value, null, null, null]), out)
      expect(readCsv(out.view())[0]?.[1]).toBe(value)
      out.clear()
      json.appendUpsert(rowOf(['k', value, null, null, null]), out)
      expect(readJsonLines(out.view())[0]?.['a']).toBe(value)
    }
  }
})
