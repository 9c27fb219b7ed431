import { randomUUID } from 'node:crypto'
import { parseLabelMatcher } from '../../../config/alerting/label-matcher.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { isInForce, type Silence } from '../stages/silence.ts'
import type { AlertNotifier } from './alert-notifier.ts'
import { PLAIN_ENTRY } from './history-entry.ts'
import { plainWords } from './plain-words.ts'

/** What the desk works with. */
export interface SilenceDeskParts {
  readonly notifier: AlertNotifier
  readonly configuredSilences: readonly Silence[]
  readonly now: () => number
}

/** A silence that somebody asks for. */
export interface SilenceRequest {
  readonly match: readonly string[]
  readonly untilMs: number
  readonly fromMs?: number | undefined
  readonly author: string
  readonly comment: string
}

const MOST_SILENCES = 1000

/** Silences as people ask for them. Every act leaves a line in the history. */
export class SilenceDesk {
  readonly #parts: SilenceDeskParts

  constructor(parts: SilenceDeskParts) {
    this.#parts = parts
  }

  /** Silences that last or are still to come: of the file, and those that were asked for. */
  list(): readonly (Silence & { readonly isInForce: boolean })[] {
    const { notifier, configuredSilences, now } = this.#parts
    const nowMs = now()
    return [...configuredSilences, ...notifier.state.silences.values()]
      .filter(({ untilMs }) => nowMs < untilMs)
      .map((silence) => ({ ...silence, isInForce: isInForce(silence, nowMs) }))
  }

  /** Adds a silence. Resolves to its id. @throws {SyncError} ALERT_REQUEST for one that makes no sense. */
  async add(request: SilenceRequest, via: string): Promise<string> {
    const match = request.match.map(readMatcher)
    if (match.length === 0)
      throw new SyncError('ALERT_REQUEST', 'a silence needs a matcher: it would silence everything')
    const { now, notifier } = this.#parts
    const fromMs = request.fromMs ?? now()
    if (!(request.untilMs > Math.max(fromMs, now())))
      throw new SyncError('ALERT_REQUEST', 'a silence must end after it begins, in the future')
    if (notifier.state.silences.size >= MOST_SILENCES)
      throw new SyncError('ALERT_REQUEST', `there are ${MOST_SILENCES} silences already`)
    const id = randomUUID().slice(0, 8)
    const author = plainWords(request.author)
    const comment = plainWords(request.comment)
    await notifier.change((_state, nowMs) => {
      const silence: Silence = { id, match, fromMs, untilMs: request.untilMs, author, comment, createdAtMs: nowMs }
      const texts = match.map(({ text }) => text)
      const entry = {
        ...PLAIN_ENTRY,
        atMs: nowMs,
        what: 'silenced',
        who: author,
        via,
        reason: comment,
        alerts: texts,
      } as const
      return { changes: [{ tag: 'silence', key: id, value: silence }], history: [entry] }
    })
    return id
  }

  /** Ends a silence now. @throws {SyncError} ALERT_UNKNOWN when there is none of that id, ALERT_REQUEST for one of the file. */
  async expire(id: string, who: string, via: string): Promise<void> {
    const { notifier, configuredSilences } = this.#parts
    if (configuredSilences.some((silence) => silence.id === id)) {
      throw new SyncError('ALERT_REQUEST', `${id} stands in the configuration`, {
        remedy: 'Remove it from alerting.silences.',
      })
    }
    if (!notifier.state.silences.has(id))
      throw new SyncError('ALERT_UNKNOWN', `there is no silence ${JSON.stringify(id)}`)
    await notifier.change((_state, nowMs) => ({
      changes: [{ tag: 'silence', key: id, value: null }],
      history: [{ ...PLAIN_ENTRY, atMs: nowMs, what: 'silence-ended', who: plainWords(who), via, reason: id }],
    }))
  }
}

function readMatcher(text: string): ReturnType<typeof parseLabelMatcher> {
  try {
    return parseLabelMatcher(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SyncError('ALERT_REQUEST', `${JSON.stringify(text)} ${why}`, { cause })
  }
}
