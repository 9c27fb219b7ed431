import { describe, expect, test } from 'vitest'
import { ByteBuffer } from '../../core/byte-buffer.ts'
import { BAD_ROW, NEEDS_JSON } from '../../core/row-encoder.ts'
import { KIND_ENCODED } from '../../core/row-view.ts'
import { compileTable } from './compile-table.ts'
import { createTableSql } from './ddl.ts'
import {
  FEATURES,
  numericType,
  OLD_FEATURES,
  routeOf,
  rowOf,
  schemaOf,
  UNCHANGED,
  type SourceValue,
} from './testing/source-fixtures.ts'

const orders = schemaOf({
  id: 'int8',
  total: numericType(12, 2),
  placed: 'timestamptz',
  paid: 'bool',
  note: 'text',
  data: 'jsonb',
  photo: 'bytea',
})
const table = compileTable(orders, routeOf(), FEATURES)
const ROW: readonly SourceValue[] = ['42', '9.50', '2024-02-29 12:34:56.5+00', 't', 'a"b\n', '{"a": 1}', '\\x00ff']

const write = (format: 'csv' | 'json', values: readonly SourceValue[], compiled = table): string => {
  const out = new ByteBuffer(4)
  const bytes = compiled.encoders[format].appendUpsert(rowOf(values), out)
  expect(bytes).toBeGreaterThan(0)
  return out.view().toString()
}

describe('rows', () => {
  test('an upsert in CSV is the key, the values and 0', () => {
    expect(write('csv', ROW)).toBe('42\x019.50\x012024-02-29 12:34:56.5\x011\x01a"b\n\x01{"a": 1}\x0100ff\x010\x02')
  })

  test('an upsert in JSON quotes what the target casts from text', () => {
    expect(write('json', ROW)).toBe(
      '{"id":42,"total":"9.50","placed":"2024-02-29 12:34:56.5","paid":"1","note":"a\\"b\\n","data":"{\\"a\\": 1}","hex_photo":"00ff","__op":0}\n',
    )
  })

  test('NULL and unchanged values have their own marks', () => {
    const values: SourceValue[] = ['1', null, UNCHANGED, null, '', null, null]
    expect(write('csv', values)).toBe('1\x01\\N\x01\x03\x01\\N\x01\x01\\N\x01\\N\x010\x02')
    expect(write('json', values)).toContain('"total":null,"placed":\x03,"paid":null,"note":""')
  })

  test('a delete carries the key only', () => {
    const out = new ByteBuffer()
    table.encoders.csv.appendDelete(rowOf(ROW), out)
    expect(out.view().toString()).toBe('42\x01\\N\x01\\N\x01\\N\x01\\N\x01\\N\x01\\N\x011\x02')
  })

  test('a soft delete marks the row and keeps what the view has; a delete of such a table is one', () => {
    const soft = compileTable(schemaOf({ id: 'int4', v: 'text' }), routeOf({ delete: 'soft' }), FEATURES)
    const out = new ByteBuffer()
    soft.encoders.csv.appendUpsert(rowOf(['1', 'x']), out)
    soft.encoders.csv.appendMarked(rowOf(['1', 'y']), out)
    soft.encoders.csv.appendDelete(rowOf(['1', null]), out)
    soft.encoders.json.appendMarked(rowOf(['1', 'y']), out)
    soft.encoders.json.appendDelete(rowOf(['1', UNCHANGED]), out)
    expect(out.view().toString().split('\x02')).toEqual([
      '1\x01x\x010\x010',
      '1\x01y\x011\x010',
      '1\x01\\N\x011\x011',
      '{"id":1,"v":"y","_sync_deleted":"1","__op":0}\n{"id":1,"v":null,"_sync_deleted":"1","__op":1}\n',
    ])
  })

  test('a marked CSV record written anew as JSON stays marked', () => {
    const soft = compileTable(schemaOf({ id: 'int4', v: 'text' }), routeOf({ delete: 'soft' }), FEATURES).encoders
    const [record, anew, direct] = [new ByteBuffer(), new ByteBuffer(), new ByteBuffer()]
    soft.csv.appendMarked(rowOf(['1', UNCHANGED]), record)
    soft.json.appendRecoded(record.bytes, 0, record.length, anew)
    soft.json.appendMarked(rowOf(['1', UNCHANGED]), direct)
    expect(anew.view().toString()).toBe(direct.view().toString())
  })

  test.each(['\\N', 'a\x01b', '\x02', 'long enough for words \x03'])('CSV leaves %j to JSON', (note) => {
    const out = new ByteBuffer()
    out.append(Buffer.from('before'), 0, 6)
    const row = rowOf(['1', null, null, null, note, null, null])
    expect(table.encoders.csv.appendUpsert(row, out)).toBe(NEEDS_JSON)
    expect(out.view().toString()).toBe('before')
    expect(table.encoders.json.appendUpsert(row, out)).toBeGreaterThan(0)
    expect(JSON.parse(out.view().toString().slice(6))).toMatchObject({ note })
  })

  test('a found field put back as encoded gives the same row', () => {
    for (const format of ['csv', 'json'] as const) {
      const encoder = table.encoders[format]
      const out = new ByteBuffer()
      encoder.appendUpsert(rowOf(ROW), out)
      const body = Buffer.from(out.view())
      const again = rowOf(['42', UNCHANGED, UNCHANGED, UNCHANGED, UNCHANGED, UNCHANGED, UNCHANGED])
      again.encodedBuffer = body
      for (let column = 1; column < 7; column++) {
        expect(encoder.findField(body, 0, body.length, column)).toBe(true)
        again.kinds[column] = KIND_ENCODED
        again.starts[column] = encoder.fieldStart
        again.lengths[column] = encoder.fieldEnd - encoder.fieldStart
      }
      out.clear()
      encoder.appendUpsert(again, out)
      expect(out.view().toString()).toBe(body.toString())
    }
  })

  test('a CSV record written anew as JSON is the JSON record of its row', () => {
    const { csv, json } = table.encoders
    const other: readonly SourceValue[] = ['7', null, UNCHANGED, 'f', '', null, UNCHANGED]
    for (const values of [ROW, other]) {
      const [record, anew, direct] = [new ByteBuffer(), new ByteBuffer(), new ByteBuffer()]
      const csvKey = csv.appendUpsert(rowOf(values), record)
      const upsertEnd = record.length
      csv.appendDelete(rowOf(values), record)
      expect(json.appendRecoded(record.bytes, 0, upsertEnd, anew)).toBe(json.appendUpsert(rowOf(values), direct))
      json.appendRecoded(record.bytes, upsertEnd, record.length, anew)
      const key = json.appendDelete(rowOf(values), direct)
      expect(anew.view().toString()).toBe(direct.view().toString())
      anew.clear()
      expect(json.appendRecodedKey(record.bytes.subarray(0, csvKey), anew)).toBe(key)
      expect(direct.view().toString()).toContain(anew.view().toString())
    }
  })

  test('no field is found in a delete, nor where the placeholder stands', () => {
    for (const format of ['csv', 'json'] as const) {
      const encoder = table.encoders[format]
      const out = new ByteBuffer()
      encoder.appendDelete(rowOf(ROW), out)
      const second = out.length
      encoder.appendUpsert(rowOf(['1', null, null, null, UNCHANGED, null, null]), out)
      expect(encoder.findField(out.bytes, 0, second, 4)).toBe(false)
      expect(encoder.findField(out.bytes, 0, second, 0)).toBe(true)
      expect(encoder.findField(out.bytes, second, out.length, 4)).toBe(false)
      expect(encoder.findField(out.bytes, second, out.length, 5)).toBe(true)
    }
  })
})

describe('keys', () => {
  const keyed = compileTable(schemaOf({ a: 'int8', b: 'text', c: 'bool', d: 'numeric' }, 4), routeOf(), FEATURES)

  test('are told apart by the bytes that an append answers with, and come back as literals', () => {
    for (const format of ['csv', 'json'] as const) {
      const out = new ByteBuffer()
      const length = keyed.encoders[format].appendUpsert(rowOf(['9007199254740993', 'o\'b\\:,}"', 't', '1.50']), out)
      expect(keyed.keyLiterals(out.bytes.subarray(0, length), format)).toEqual([
        '9007199254740993',
        "'o\\'b\\\\:,}\"'",
        'TRUE',
        "'1.5'",
      ])
    }
  })

  test.each([
    ['b', ['1', 'x'.repeat(128), 't', '1']],
    ['', ['1', 'x'.repeat(116), 't', '1']],
    ['d', ['1', 'x'.repeat(117), 't', '1']],
    ['b', ['1', null, 't', '1']],
  ])('of more than 128 bytes, or without a value, are bad rows: column %j', (column, values) => {
    for (const format of ['csv', 'json'] as const) {
      const encoder = keyed.encoders[format]
      const answer = encoder.appendUpsert(rowOf(values), new ByteBuffer())
      expect(answer === BAD_ROW ? encoder.lastBadRow().column : '').toBe(column)
    }
  })
})

describe('the target table', () => {
  test('has its key first and everything else nullable', () => {
    const schema = { ...orders, key: [4, 0] }
    const sql = createTableSql(
      compileTable(schema, routeOf(), OLD_FEATURES),
      routeOf({ properties: { replication_num: '1' } }),
      'orders',
      { buckets: 3, ifNotExists: true },
    )
    expect(sql).toBe(`CREATE TABLE IF NOT EXISTS \`shop\`.\`orders\` (
  \`note\` VARCHAR(128) NOT NULL,
  \`id\` BIGINT NOT NULL,
  \`total\` DECIMAL(12,2) NULL,
  \`placed\` DATETIME NULL,
  \`paid\` BOOLEAN NULL,
  \`data\` VARCHAR(1048576) NULL,
  \`photo\` VARBINARY NULL
)
PRIMARY KEY (\`note\`, \`id\`)
DISTRIBUTED BY HASH (\`note\`, \`id\`) BUCKETS 3
PROPERTIES (
  "replication_num" = "1"
)`)
  })

  test('is loaded strictly, with bytes made of hex digits', () => {
    expect(table.loadHeaders.csv).toEqual({
      format: 'csv',
      column_separator: '\\x01',
      row_delimiter: '\\x02',
      columns: "`id`,`total`,`placed`,`paid`,`note`,`data`,`hex_photo`,`__op`,`photo`=to_binary(`hex_photo`,'hex')",
      strict_mode: 'true',
      max_filter_ratio: '0',
    })
  })
})
