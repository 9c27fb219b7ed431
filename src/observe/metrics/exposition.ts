import { type MetricName, METRICS } from './catalogue.ts'
import type { MetricFamily } from './metric-family.ts'
import type { SeriesTable } from './series-table.ts'
import type { ShownSeries } from './shown-series.ts'

/** `text`: Prometheus text format 0.0.4. `openmetrics`: OpenMetrics 1.0. */
export type ExpositionFormat = 'text' | 'openmetrics'

/** Lines after which the writer lets others have the thread. */
const LINES_AT_ONCE = 500

/** A value as both formats write it. */
export function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}

/**
 * All series as text, in pieces of about {@link LINES_AT_ONCE} lines, so that whoever sends them can do other things in between. Gauges
 * that are not known are left out. Values of one histogram belong together; different series may be of slightly different moments.
 *
 * `le` is written as in the guide (`le="1"`) in both formats: OpenMetrics would have `1.0`, which makes other series of it.
 */
export function* exposition(table: SeriesTable, format: ExpositionFormat): Generator<string> {
  let text = ''
  let lines = 0
  for (const family of table.families()) {
    let headed = false
    for (const series of table.shown(family)) {
      const samples = samplesOf(series)
      if (samples === '') continue
      if (!headed) text += header(family, format)
      headed = true
      text += samples
      lines += series.lines
      if (lines < LINES_AT_ONCE) continue
      yield text
      text = ''
      lines = 0
    }
  }
  yield format === 'openmetrics' ? `${text}# EOF\n` : text
}

function header(name: MetricName, format: ExpositionFormat): string {
  const family: MetricFamily = METRICS[name]
  const base = format === 'openmetrics' && family.type === 'counter' ? name.replace(/_total$/, '') : name
  const help = family.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return `# HELP ${base} ${format === 'openmetrics' ? help.replaceAll('"', '\\"') : help}\n# TYPE ${base} ${family.type}\n`
}

function samplesOf(series: ShownSeries): string {
  const { texts, family } = series
  if (family.buckets === undefined) {
    const value = series.value()
    return Number.isNaN(value) ? '' : `${texts[0]}${valueText(value)}\n`
  }
  let text = ''
  let count = 0
  const last = family.buckets.length
  for (let index = 0; index <= last; index++) {
    count += series.cell(index)
    text += `${texts[index]}${count}\n`
  }
  return `${text}${texts[last + 1]}${valueText(series.cell(last + 1))}\n${texts[last + 2]}${count}\n`
}
