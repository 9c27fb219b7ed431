import { z } from 'zod'
import type { Guarantee } from '../../core/sink.ts'
import type { TableState } from '../../core/table-state.ts'

const STATES = ['waiting', 'snapshotting', 'streaming', 'paused', 'quarantined', 'removed'] as const

/** The fields of the service's log lines that are looked at. */
const logLine = z.object({
  level: z.string().optional(),
  message: z.string().optional(),
  guarantee: z.enum(['atomic', 'converging']).optional(),
  table: z.string().optional(),
  state: z.enum(STATES).optional(),
  operation: z.string().optional(),
  batch_id: z.string().optional(),
  batch_size: z.number().optional(),
  lag_ms: z.number().optional(),
  error: z.string().optional(),
  port: z.number().optional(),
  metrics_port: z.number().optional(),
})

type LogLine = z.infer<typeof logLine>

const TROUBLE = new Set(['ERROR', 'CRITICAL'])
const KEPT_LINES = 20

/** What the service tells of itself in its log, added up. */
export class ServiceLog {
  guarantee: Guarantee | null = null
  /** Rows of chunks and batches that were loaded. */
  rowsApplied = 0
  /** Where health and metrics are served; null until the service has said it. */
  ports: { readonly port: number; readonly metricsPort: number } | null = null
  /** Of the last batch. */
  lagMs: number | null = null
  readonly states = new Map<string, TableState['tag']>()
  /** The last lines about trouble, and those that are no log lines, for people. */
  readonly troubles: string[] = []

  /** Takes a line of standard output or standard error. */
  take(line: string): void {
    const parsed = parseJson(line)
    if (parsed === null) {
      this.#trouble(line)
      return
    }
    this.guarantee = parsed.guarantee ?? this.guarantee
    const { port, metrics_port: metricsPort } = parsed
    if (port !== undefined && metricsPort !== undefined) this.ports = { port, metricsPort }
    this.#takeTable(parsed)
    this.#takeLoad(parsed)
    if (TROUBLE.has(parsed.level ?? '')) this.#trouble([parsed.message, parsed.table, parsed.error].join(' '))
  }

  #takeTable({ table, state }: LogLine): void {
    if (table !== undefined && state !== undefined) this.states.set(table, state)
  }

  #takeLoad(line: LogLine): void {
    const isBatch = line.batch_id !== undefined && line.lag_ms !== undefined
    if (isBatch || line.operation === 'snapshot') this.rowsApplied += line.batch_size ?? 0
    // The clocks of two machines may disagree.
    if (isBatch) this.lagMs = Math.max(0, line.lag_ms ?? 0)
  }

  #trouble(line: string): void {
    if (line.trim() === '') return
    this.troubles.push(line)
    if (this.troubles.length > KEPT_LINES) this.troubles.shift()
  }
}

function parseJson(line: string): LogLine | null {
  try {
    return logLine.parse(JSON.parse(line))
  } catch {
    return null
  }
}
