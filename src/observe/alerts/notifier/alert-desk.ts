import type { Secret } from '../../../config/secret.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { StateChange } from '../stages/alerting-state.ts'
import type { Acknowledgement, Episode } from '../stages/episode.ts'
import { readGrant, type AcknowledgeGrant, type LinkRefusal } from './acknowledge-link.ts'
import type { AlertJournal } from './alert-journal.ts'
import type { AlertNotifier } from './alert-notifier.ts'
import { alertView, type AlertView } from './alert-view.ts'
import { PLAIN_ENTRY, readHistoryEntry, type HistoryEntry } from './history-entry.ts'
import { plainWords } from './plain-words.ts'

/** What the desk works with. */
export interface DeskParts {
  readonly notifier: AlertNotifier
  readonly journal: Pick<AlertJournal, 'history' | 'isComplete' | 'unsavedRows'>
  readonly linkSecret: Secret | null
  readonly now: () => number
}

/** Who acknowledges, and how. */
export interface AcknowledgeRequest {
  readonly by: string
  readonly via: string
  readonly comment: string
  /** Null: until the alert is over. */
  readonly untilMs: number | null
}

/** What people may look at and do about alerts. Every act leaves a line in the history. */
export class AlertDesk {
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  /** Alerts that fire, the worst first. */
  alerts(): readonly AlertView[] {
    const { notifier, now } = this.#parts
    const nowMs = now()
    return [...notifier.state.episodes.values()]
      .filter(({ endedAtMs }) => endedAtMs === null)
      .map((episode) => alertView(episode, notifier, nowMs))
      .toSorted((a, b) => rank(a) - rank(b) || a.startedAtMs - b.startedAtMs)
  }

  /** Alerts whose fingerprint begins so, or whose rule is called so. */
  find(name: string): readonly AlertView[] {
    return this.alerts().filter((alert) => alert.fingerprint.startsWith(name) || alert.rule === name)
  }

  /** Whether what was told before the start is known, and what is not stored yet. */
  memory(): { readonly isComplete: boolean; readonly unsavedRows: number } {
    const { isComplete, unsavedRows } = this.#parts.journal
    return { isComplete, unsavedRows }
  }

  /** The newest lines of "who was told what, when", newest first. */
  async history(limit: number): Promise<readonly HistoryEntry[]> {
    const rows = await this.#parts.journal.history(limit)
    return rows.flatMap(({ body }) => (body === null ? [] : [readHistoryEntry(body)]))
  }

  /** Acknowledges alerts by fingerprint or rule. Resolves to their fingerprints. @throws {SyncError} ALERT_UNKNOWN when none fires. */
  async acknowledge(name: string, request: AcknowledgeRequest): Promise<readonly string[]> {
    return await this.#acknowledge(
      ({ fingerprint, rule }) => name !== '' && (fingerprint.startsWith(name) || rule === name),
      request,
      `no alert ${JSON.stringify(name)} fires`,
    )
  }

  /** What a link allows; a refusal when it is not ours or no longer valid. */
  grant(token: string): AcknowledgeGrant | LinkRefusal {
    const { linkSecret, now } = this.#parts
    return linkSecret === null ? 'forged' : readGrant(token, linkSecret, now())
  }

  /** What the message of a link told and still fires, the worst first. */
  told(grant: AcknowledgeGrant): readonly AlertView[] {
    const isMeant = this.#meantBy(grant)
    return this.alerts().filter(isMeant)
  }

  /** Acknowledges what the message of a link told. Resolves to the fingerprints. @throws {SyncError} ALERT_UNKNOWN when it is over. */
  async acknowledgeByLink(grant: AcknowledgeGrant): Promise<readonly string[]> {
    const { receiver } = grant
    const request = { by: receiver, via: `link sent to ${receiver}`, comment: '', untilMs: null }
    return await this.#acknowledge(this.#meantBy(grant), request, 'what the message told is over')
  }

  #meantBy({ groupKey, upToMs }: AcknowledgeGrant): (alert: Pick<Episode, 'fingerprint' | 'startedAtMs'>) => boolean {
    const { state } = this.#parts.notifier
    const told = new Set(
      [...state.ledgers.values()]
        .filter((ledger) => ledger.groupKey === groupKey)
        .flatMap((ledger) => [...ledger.told.keys()]),
    )
    return ({ fingerprint, startedAtMs }) => told.has(fingerprint) && startedAtMs <= upToMs
  }

  async #acknowledge(
    isMeant: (episode: Episode) => boolean,
    { by, via, comment, untilMs }: AcknowledgeRequest,
    otherwise: string,
  ): Promise<readonly string[]> {
    const acknowledged: Episode[] = []
    await this.#parts.notifier.change((state, nowMs) => {
      const acknowledgement: Acknowledgement = {
        by: plainWords(by),
        via,
        comment: plainWords(comment),
        untilMs,
        atMs: nowMs,
      }
      for (const episode of state.episodes.values()) {
        if (episode.endedAtMs === null && isMeant(episode)) acknowledged.push({ ...episode, acknowledgement })
      }
      const alerts = acknowledged.map(({ rule, fingerprint }) => `${rule} ${fingerprint}`)
      const entry = {
        ...PLAIN_ENTRY,
        atMs: nowMs,
        what: 'acknowledged',
        who: plainWords(by),
        via,
        reason: plainWords(comment),
        alerts,
      } as const
      const changes = acknowledged.map((value): StateChange => ({ tag: 'episode', key: value.fingerprint, value }))
      return { changes, history: acknowledged.length === 0 ? [] : [entry] }
    })
    if (acknowledged.length === 0) throw new SyncError('ALERT_UNKNOWN', otherwise)
    return acknowledged.map(({ fingerprint }) => fingerprint)
  }
}

function rank({ severity }: AlertView): number {
  return ['critical', 'warning', 'info'].indexOf(severity)
}
