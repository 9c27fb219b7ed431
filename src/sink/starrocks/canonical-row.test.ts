import { expect, test } from 'vitest'
import { ByteBuffer } from '../../core/byte-buffer.ts'
import { BAD_ROW } from '../../core/row-encoder.ts'
import { canonicalRow } from './canonical-row.ts'
import { compileTable } from './compile-table.ts'
import { FEATURES, routeOf, rowOf, schemaOf } from './testing/source-fixtures.ts'

const types = { k: 'text', n: 'numeric', f: 'float4', j: 'jsonb', at: 'timestamptz', raw: 'bytea', t: 'text' } as const
const table = compileTable(schemaOf(types), routeOf({ columnTypes: { j: 'JSON', n: 'DECIMAL(20,4)' } }), FEATURES)
const canonical = canonicalRow(table.plan)
const SOURCE = ['k1', '-0.00', '0.1', '{"b": 1, "a": [2.50]}', '2024-02-29 12:00:00.5+00', '\\xff', '']
const TARGET = ['k1', '0.0000', '0.10000000149011612', '{"a": [2.5], "b": 1}', '2024-02-29 12:00:00.500000', 'FF', '']

const source = (values: readonly (string | null)[]): Buffer => {
  const out = new ByteBuffer(1)
  expect(canonical.appendSource(rowOf(values), out)).toBe(0)
  return Buffer.from(out.view())
}
const target = (values: readonly (string | null)[]): Buffer => {
  const out = new ByteBuffer(1)
  canonical.appendTarget(
    values.map((value) => (value === null ? null : Buffer.from(value))),
    out,
  )
  return Buffer.from(out.view())
}

test('a row that the target prints otherwise has the same canonical bytes', () => {
  expect(source(SOURCE).toString('hex')).toBe(target(TARGET).toString('hex'))
})

test('a difference is named by its columns, NULL and the empty text apart', () => {
  const other = [...TARGET.slice(0, 5), '00', null]
  expect(canonical.differences(source(SOURCE), target(other))).toEqual(['raw', 't'])
})

test('the bytes of the key are the same in rows that differ elsewhere', () => {
  const [row, other] = [source(SOURCE), target(['k1', null, null, null, null, null, null])]
  expect(row.subarray(0, canonical.keyBytes(row)).equals(other.subarray(0, canonical.keyBytes(other)))).toBe(true)
})

test('a row that the encoders refuse is not compared', () => {
  const out = new ByteBuffer()
  expect(canonical.appendSource(rowOf([...SOURCE.slice(0, 4), 'infinity', null, null]), out)).toBe(BAD_ROW)
  expect(out.length).toBe(0)
})
