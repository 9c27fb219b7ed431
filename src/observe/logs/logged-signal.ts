import type { Signal } from '../../core/signals.ts'

/** What is only measured, or told of by another signal as well. */
const SILENT = ['rows-failed', 'session-ended', 'heartbeat', 'pulse'] as const

type SilentTag = (typeof SILENT)[number]

/** A signal that has a line in the log. */
export type LoggedSignal = Exclude<Signal, { readonly tag: SilentTag }>

/** Whether a signal has a line in the log. */
export function isLogged(signal: Signal): signal is LoggedSignal {
  return !SILENT.some((tag) => tag === signal.tag)
}
