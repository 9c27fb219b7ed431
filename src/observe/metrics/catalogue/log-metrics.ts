import { counter } from '../metric-family.ts'

/** The log. */
export const LOG_METRICS = {
  sync_log_lines_total: counter({
    labels: ['level'],
    unit: 'lines',
    help: 'Log lines that were written, by level.',
    reading: 'A rising share of WARNING and above is the earliest sign of trouble.',
  }),
  sync_log_lines_collapsed_total: counter({
    labels: [],
    unit: 'lines',
    help: 'Log lines that were not written because they repeated one before; their number stands in a later line.',
    reading: 'Growing fast: one thing goes wrong again and again.',
  }),
  sync_log_write_errors_total: counter({
    labels: [],
    unit: 'lines',
    help: 'Log lines that the file or standard output did not take.',
    reading: 'A full disk, or standard output that nobody reads. The sync goes on.',
  }),
} as const
