import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { SyncError } from '../../core/sync-error.ts'
import type { LineOutput } from './log-writer.ts'

/** A file that takes lines. Closing it twice does nothing. */
export interface LogFile extends LineOutput, Disposable {}

/**
 * Opens a log file for appending; JSON lines. Each line is written at once, so a killed process loses none.
 * A full disk loses lines, never stops the sync; `onLost` hears of it once until writing works again.
 * @throws {SyncError} CONFIG_INVALID when it cannot be opened.
 */
export function openLogFile(path: string, onLost: (reason: string) => void): LogFile {
  let descriptor: number | null
  try {
    mkdirSync(dirname(path), { recursive: true })
    descriptor = openSync(path, 'a')
  } catch (error) {
    throw new SyncError('CONFIG_INVALID', `logging.file.path: ${path} cannot be opened for writing`, {
      cause: error,
      remedy: 'Name a file in a directory that the service may write to.',
    })
  }
  let failing = false
  return {
    format: 'json',
    colour: false,
    write(lines) {
      if (descriptor === null) return
      try {
        writeSync(descriptor, lines)
        failing = false
      } catch (error) {
        if (!failing) onLost(error instanceof Error ? error.message : String(error))
        failing = true
      }
    },
    [Symbol.dispose]() {
      if (descriptor !== null) closeSync(descriptor)
      descriptor = null
    },
  }
}
