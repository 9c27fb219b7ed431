import type { Clock, Random } from '../../core/clock.ts'
import type { Signals } from '../../core/signals.ts'
import { asSyncError } from '../../core/sync-error.ts'
import { runSession } from '../../pipeline/session.ts'
import type { SessionDeps } from '../../pipeline/session-parts.ts'
import { countRestart, NO_RESTARTS, restartPauseMs } from './restart-rule.ts'

/** What one session works with; disposing of it closes source and sink. */
export interface OpenedSession extends AsyncDisposable {
  readonly deps: SessionDeps
}

/** What the engine works with. */
export interface EmbeddedEngineDeps {
  /** Connects both sides for a new session. @throws {SyncError} when one of them is not to be had. */
  readonly openSession: () => Promise<OpenedSession>
  readonly clock: Clock
  readonly random: Random
  readonly signals: Signals
}

/**
 * Runs sessions one after another until aborted: after an error that may pass, a new one begins from the checkpoint.
 * @throws {SyncError} an error that a person must mend, or that means the end of this process.
 */
export async function runEmbedded(deps: EmbeddedEngineDeps, signal: AbortSignal): Promise<void> {
  const { clock, random, signals } = deps
  for (let restarts = NO_RESTARTS; !signal.aborted;) {
    const startedAtMs = clock.monotonicMs()
    try {
      await using opened = await deps.openSession()
      await runSession(opened.deps, signal)
      signals.emit({ tag: 'session-ended', error: null })
    } catch (error) {
      const known = asSyncError(error)
      signals.emit({ tag: 'session-ended', error: signal.aborted ? null : known })
      if (signal.aborted) return
      if (known.retry !== 'auto') throw known
      restarts = countRestart(restarts, known, clock.monotonicMs() - startedAtMs)
      const retryInMs = restartPauseMs(restarts, random)
      signals.emit({ tag: 'attempt-failed', what: 'session', error: known, retryInMs })
      await clock.sleep(retryInMs, signal).catch(() => undefined)
    }
  }
}
