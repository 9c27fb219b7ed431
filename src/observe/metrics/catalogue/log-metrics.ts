import { counter } from '../metric-family.ts'

/** The log. */
export const LOG_METRICS = {
  sync_log_lines_total: counter({
    labels: ['level'],
    unit: 'lines',
    help: 'Log lines that were written, by level.',
    reading: 'A rising share of WARNING and above is the earliest sign of trouble.',
  }),
} as const
