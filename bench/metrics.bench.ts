// CPU time of counting a batch, and of a scrape of 1,000 tables (wall time is the same on an idle machine). Run: node bench/metrics.bench.ts [--json]
import type { Signal, TableCounts } from '../src/core/signals.ts'
import { tableId } from '../src/core/table-id.ts'
import { exposition } from '../src/observe/metrics/exposition.ts'
import { MetricRegistry } from '../src/observe/metrics/metric-registry.ts'
import { MetricsObserver } from '../src/observe/metrics/metrics-observer.ts'
import { SeriesTable } from '../src/observe/metrics/series-table.ts'
import { batchCommitted } from './support/batch-committed.ts'

const TABLES = 1000
const BATCHES = 20_000
const SCRAPES = 9

const clock = { now: () => 1_700_000_000_000 }
const series = new SeriesTable(clock)
const registry = new MetricRegistry({ announce: series.feed(), maxSeries: 1_000_000 })
const observer = new MetricsObserver({ registry, clock, heartbeatEveryMs: 5000, sourceClockOffsetMs: () => 0 })

const tables = Array.from({ length: TABLES }, (_, index) => tableId('public', `table_${index}`))

/** 10,000 rows over four tables. */
function batchOf(first: number): Signal {
  const counts = tables.slice(first, first + 4).map((table): TableCounts => {
    return { table, inserts: 1000, updates: 1000, deletes: 500, filtered: 0, loadedRows: 2500, loadedBytes: 250_000 }
  })
  return batchCommitted(counts, 10_000)
}

for (const table of tables) observer.emit({ tag: 'table-state', table, state: { tag: 'streaming', generation: 1 } })
const batches = Array.from({ length: TABLES / 4 }, (_, index) => batchOf(index * 4))
for (const batch of batches) observer.emit(batch)
await new Promise((resolve) => setImmediate(resolve))

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** CPU time of this process: what others do on the machine does not count. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function microsecondsPerBatch(): number {
  const before = cpuMs()
  for (let count = 0; count < BATCHES; count++) {
    const batch = batches[count % batches.length]
    if (batch) observer.emit(batch)
  }
  return ((cpuMs() - before) * 1000) / BATCHES
}

function scrape(): { readonly ms: number; readonly longestPieceMs: number; readonly lines: number } {
  let lines = 0
  let longestPieceMs = 0
  const before = cpuMs()
  for (let pieceFrom = performance.now(); ;) {
    const piece = pieces.next()
    const now = performance.now()
    longestPieceMs = Math.max(longestPieceMs, now - pieceFrom)
    pieceFrom = now
    if (piece.done === true) break
    texts.push(Buffer.from(piece.value))
  }
  const ms = cpuMs() - before
  for (const text of texts.splice(0)) for (const byte of text) if (byte === 10) lines++
  pieces = exposition(series, 'text')
  return { ms, longestPieceMs, lines }
}

const texts: Buffer[] = []
let pieces = exposition(series, 'text')

const perBatch = Array.from({ length: 5 }, microsecondsPerBatch)
const scrapes = Array.from({ length: SCRAPES }, scrape)
const result = {
  bench: 'metrics',
  node: process.version,
  us_per_batch: Number(median(perBatch).toFixed(2)),
  lines: scrapes[0]?.lines,
  scrape_ms: Number(median(scrapes.map(({ ms }) => ms)).toFixed(1)),
  first_scrape_ms: Number(scrapes[0]?.ms.toFixed(1)),
  scrape_ms_per_45000_lines: Number(median(scrapes.map(({ ms, lines }) => (ms * 45_000) / lines)).toFixed(1)),
  longest_piece_ms: Number(median(scrapes.map(({ longestPieceMs }) => longestPieceMs)).toFixed(1)),
}
process.stdout.write(`${JSON.stringify(result, null, process.argv.includes('--json') ? 0 : 2)}\n`)
