// CPU cost of a row from view to load body, in both formats (wall time is the same on an idle machine). Run: node bench/encode.bench.ts [--json]
import { ByteBuffer } from '../src/core/byte-buffer.ts'
import type { LoadFormat } from '../src/core/row-encoder.ts'
import { KIND_TEXT, RowView } from '../src/core/row-view.ts'
import { compileTable } from '../src/sink/starrocks/compile-table.ts'
import { FEATURES, numericType, routeOf, schemaOf } from '../src/sink/starrocks/testing/source-fixtures.ts'

const ROWS = 20_000
const REPEATS = 10
const ROUNDS = 9

const schema = schemaOf({
  id: 'int8',
  customer_id: 'int8',
  product_id: 'int4',
  amount: numericType(12, 2),
  created_at: 'timestamptz',
  paid: 'bool',
  status: 'text',
  note: 'text',
  payload: 'jsonb',
})
const columns = schema.columns.length

const valuesOf = (i: number): string[] => [
  String(1_000_000 + i),
  String((i * 7) % 100_000),
  String(i % 50),
  ((i * 1.37) % 10_000).toFixed(2),
  `2026-11-0${1 + (i % 9)} 12:34:56.${100_000 + (i % 899_999)}+00`,
  i % 2 === 0 ? 't' : 'f',
  `shipped-${i % 5}`,
  `note about the order number ${i} which is a bit longer, with some words`,
  `{"sku": "A-${i}", "qty": ${i % 9}, "tags": ["x", "y"], "note": "gift"}`,
]

// Rows as a tuple of pgoutput has them: five bytes of framing before each value.
const starts = new Int32Array(ROWS * columns)
const lengths = new Int32Array(ROWS * columns)
const received = Buffer.alloc(ROWS * 400)
let receivedBytes = 0
for (let i = 0; i < ROWS; i++) {
  for (const [column, value] of valuesOf(i).entries()) {
    receivedBytes += 5
    starts[i * columns + column] = receivedBytes
    lengths[i * columns + column] = received.write(value, receivedBytes)
    receivedBytes += lengths[i * columns + column] ?? 0
  }
}

const table = compileTable(schema, routeOf(), FEATURES)

function round(format: LoadFormat): number {
  const encoder = table.encoders[format]
  const out = new ByteBuffer(received.length * 2)
  const row = new RowView(columns)
  row.reset(received, columns)
  row.kinds.fill(KIND_TEXT)
  const before = process.cpuUsage()
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    out.clear()
    for (let i = 0; i < ROWS; i++) {
      for (let column = 0; column < columns; column++) {
        row.starts[column] = starts[i * columns + column] ?? 0
        row.lengths[column] = lengths[i * columns + column] ?? 0
      }
      if (encoder.appendUpsert(row, out) <= 0) throw new Error(encoder.lastBadRow().reason)
    }
  }
  return process.cpuUsage(before).user / (ROWS * REPEATS)
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const times: Record<LoadFormat, number[]> = { csv: [], json: [] }
for (let i = 0; i < ROUNDS; i++) for (const format of ['csv', 'json'] as const) times[format].push(round(format))

const report = (['csv', 'json'] as const).map((format) => {
  const microseconds = median(times[format].slice(2))
  return { format, us_per_row: Number(microseconds.toFixed(3)), rows_per_s: Math.round(1e6 / microseconds) }
})
const result = { bench: 'encode', row_bytes: Math.round(receivedBytes / ROWS), node: process.version, results: report }
process.stdout.write(`${JSON.stringify(result, null, process.argv.includes('--json') ? 0 : 2)}\n`)
