import { exposition, type ExpositionFormat } from '../../observe/metrics/exposition.ts'
import type { MonitorCore } from './monitor-core.ts'

const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** All metrics as text. */
export interface MetricsText {
  readonly contentType: string
  /** Pieces, made when they are asked for. */
  readonly pieces: Generator<string>
}

/** The exposition that a scraper asks for by its Accept header: OpenMetrics for who names it, else the classic text. */
export function metricsText({ series }: Pick<MonitorCore, 'series'>, accept: string): MetricsText {
  const format = accept.includes('application/openmetrics-text') ? 'openmetrics' : 'text'
  return { contentType: CONTENT_TYPES[format], pieces: exposition(series, format) }
}
