import { maskCredentials } from '../config/mask-credentials.ts'
import { SyncError } from '../core/sync-error.ts'
import { UsageError } from './usage-error.ts'

/** What an error means for whoever called the program. */
export interface ShownError {
  /** For standard error: what is wrong, where, what to do. Ends with a newline. */
  readonly text: string
  /** 1 failed, 2 bad usage or configuration. */
  readonly exitCode: 1 | 2
}

function causesOf(error: Error): readonly string[] {
  const causes: string[] = []
  for (let cause = error.cause; cause instanceof Error && causes.length < 8; cause = cause.cause) {
    if (cause.message !== '' && !error.message.includes(cause.message)) causes.push(`  because: ${cause.message}\n`)
  }
  return causes
}

function showSyncError(error: SyncError): ShownError {
  if (error.code === 'CONFIG_INVALID') {
    return { text: `${error.message}\n  what to do: ${error.remedy}\n`, exitCode: 2 }
  }
  const where = error.table === undefined ? '' : ` ${error.table}:`
  const lines = [
    `error ${error.code}:${where} ${error.message}\n`,
    ...causesOf(error),
    `  what to do: ${error.remedy}\n`,
  ]
  return { text: maskCredentials(lines.join('')), exitCode: 1 }
}

/** Turns whatever was thrown into words and an exit code. */
export function showError(error: unknown): ShownError {
  if (error instanceof UsageError) return { text: `${error.message}\n`, exitCode: 2 }
  if (error instanceof SyncError && error.code !== 'INTERNAL') return showSyncError(error)
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    text: maskCredentials(`error INTERNAL: this is a defect of sync-app; please report it\n${details}\n`),
    exitCode: 1,
  }
}
