import { ERROR_CATALOGUE, type ErrorEntry } from '../../core/error-codes.ts'
import { formatLsn } from '../../core/lsn.ts'
import type { Signal } from '../../core/signals.ts'
import type { TableState } from '../../core/table-state.ts'
import { describeBatch } from './describe-batch.ts'
import { errorFields } from './error-fields.ts'
import type { LogRecord } from './log-record.ts'
import { isLogged, type LoggedSignal } from './logged-signal.ts'
import { loggerOf } from './logger-of.ts'

type Tagged<T extends Signal['tag']> = Extract<Signal, { readonly tag: T }>

function tableState(signal: Tagged<'table-state'>): LogRecord {
  const { table, state } = signal
  const fields = { table, state: state.tag }
  const message = `Table is ${state.tag}`
  switch (state.tag) {
    case 'quarantined':
      return {
        level: 'ERROR',
        message,
        fields: {
          ...fields,
          error_type: state.code,
          error: state.reason,
          remedy: remedyOf(state.code),
          since_lsn: lsnText(state),
        },
        recordKey: state.rowKey,
      }
    case 'paused':
      return { level: 'WARNING', message, fields: { ...fields, since_lsn: lsnText(state) } }
    case 'snapshotting':
    case 'streaming':
      return { level: 'INFO', message, fields: { ...fields, generation: state.generation } }
    case 'waiting':
    case 'removed':
      return { level: 'INFO', message, fields }
  }
}

function lsnText(state: Extract<TableState, { readonly sinceLsn: unknown }>): string {
  return formatLsn(state.sinceLsn)
}

function attemptFailed(signal: Tagged<'attempt-failed'>): LogRecord {
  const { error, retryInMs, what } = signal
  const level = retryInMs !== null ? 'WARNING' : error.retry === 'never' ? 'CRITICAL' : 'ERROR'
  const fields = { operation: what, retry_in_ms: retryInMs ?? undefined, ...errorFields(error) }
  const message = retryInMs === null ? `Failed: ${what}` : `Failed, will be tried again: ${what}`
  return { level, message, fields, recordKey: error.rowKey }
}

function blocked(signal: Tagged<'blocked'>): LogRecord {
  // A statement may contain values of rows: who waits is told, not what was typed.
  const blockers = signal.blockers.map((blocker) => ({
    pid: blocker.pid,
    application_name: blocker.applicationName,
    state: blocker.state,
    transaction_age_ms: blocker.transactionAgeMs,
  }))
  return { level: 'WARNING', message: `Waiting for other sessions: ${signal.what}`, fields: { blockers } }
}

function asked({ table, do: operation, by: actor }: Tagged<'asked'>): LogRecord {
  return { level: 'INFO', message: `Asked to ${operation} the table`, fields: { table, operation }, actor }
}

function chunkLoaded(signal: Tagged<'chunk-loaded'>): LogRecord {
  return {
    level: 'INFO',
    message: `Chunk ${signal.chunk} of ${signal.chunks} loaded`,
    fields: {
      table: signal.table,
      operation: 'snapshot',
      chunk: signal.chunk,
      chunks: signal.chunks,
      batch_size: signal.rows,
      batch_bytes: signal.bytes,
      processing_time_ms: signal.ms,
    },
  }
}

/** The log lines of a signal: most have one, measurements none. Pure; the one place that decides level, words and fields. */
export function describeSignal(signal: Signal): readonly LogRecord[] {
  if (!isLogged(signal)) return []
  return signal.tag === 'batch-committed' ? describeBatch(signal) : [{ logger: loggerOf(signal), ...describe(signal) }]
}

function describe(signal: Exclude<LoggedSignal, { readonly tag: 'batch-committed' }>): LogRecord {
  switch (signal.tag) {
    case 'table-state':
      return tableState(signal)
    case 'attempt-failed':
      return attemptFailed(signal)
    case 'chunk-loaded':
      return chunkLoaded(signal)
    case 'asked':
      return asked(signal)
    case 'blocked':
      return blocked(signal)
    default:
      return describeBrief(signal)
  }
}

/** What to do about an error of a code; the code may be of another version. */
function remedyOf(code: string): string | undefined {
  return new Map<string, ErrorEntry>(Object.entries(ERROR_CATALOGUE)).get(code)?.remedy
}

type Brief = Exclude<
  LoggedSignal,
  { readonly tag: 'batch-committed' | 'table-state' | 'attempt-failed' | 'chunk-loaded' | 'blocked' | 'asked' }
>

function describeBrief(signal: Brief): LogRecord {
  switch (signal.tag) {
    case 'service-started': {
      const { pipeline, guarantee, targetVersion } = signal
      return {
        level: 'INFO',
        message: 'Service started',
        fields: { pipeline, guarantee, target_version: targetVersion },
      }
    }
    case 'service-stopping':
      return { level: 'INFO', message: 'Service is stopping', fields: { reason: signal.reason } }
    case 'took-over':
      return { level: 'INFO', message: 'Took over', fields: { epoch: String(signal.epoch), position: signal.position } }
    case 'waiting-for-slot': {
      const fields = { slot: signal.slot, active_pid: signal.activePid }
      return { level: 'INFO', message: 'Waiting for the replication slot', fields }
    }
    case 'copied-anew':
      return {
        level: 'INFO',
        message: 'Table is copied anew',
        fields: { table: signal.table, operation: 'snapshot', reason: signal.reason },
      }
    case 'table-refused': {
      const { table, code, reason, remedy } = signal
      return {
        level: 'ERROR',
        message: 'Table is not copied',
        fields: { table, error_type: code, error: reason, remedy },
      }
    }
    case 'checkpoint-moved': {
      const fields = { batch_id: String(signal.number), end_lsn: signal.endLsn }
      return { level: 'DEBUG', message: 'Checkpoint moved', fields }
    }
    case 'chunk-retaken': {
      const fields = { table: signal.table, operation: 'snapshot', chunk: signal.chunk, reason: signal.reason }
      return { level: signal.why === 'gate' ? 'DEBUG' : 'WARNING', message: 'Chunk is taken again', fields }
    }
    case 'values-reread': {
      const fields = { table: signal.table, batch_size: signal.rows, from: signal.from }
      return { level: 'DEBUG', message: 'Unchanged values were read again', fields }
    }
    case 'memory-pressure': {
      const fields = { held_bytes: signal.heldBytes, limit_bytes: signal.limitBytes }
      return { level: 'WARNING', message: 'Reading waits: the memory limit is reached', fields }
    }
  }
}
