import { randomUUID } from 'node:crypto'
import { SyncError } from '../../../core/sync-error.ts'
import { nextHandOff, whoIsOnCall } from '../calendar/on-call.ts'
import type { Policy } from '../stages/policy.ts'
import type { AlertNotifier } from './alert-notifier.ts'
import { PLAIN_ENTRY } from './history-entry.ts'
import { plainWords } from './plain-words.ts'

/** What the desk works with. */
export interface OnCallDeskParts {
  readonly notifier: AlertNotifier
  readonly policy: Pick<Policy, 'oncall'>
  readonly now: () => number
}

/** Someone takes a turn. */
export interface OverrideRequest {
  readonly schedule: string
  readonly person: string
  readonly fromMs?: number | undefined
  readonly untilMs: number
  readonly author: string
}

/** Who is on call in a schedule. */
export interface OnCallView {
  readonly schedule: string
  readonly timeZone: string
  readonly person: string | null
  readonly reason: string
  /** Null when nobody takes over within two weeks. */
  readonly nextHandOffMs: number | null
}

/** Who is on call, and who takes over. Every act leaves a line in the history. */
export class OnCallDesk {
  readonly #parts: OnCallDeskParts

  constructor(parts: OnCallDeskParts) {
    this.#parts = parts
  }

  /** Who is on call in every schedule. */
  list(): readonly OnCallView[] {
    const { policy, notifier, now } = this.#parts
    const overrides = [...notifier.state.overrides.values()]
    return [...policy.oncall.schedules.values()].map((schedule) => ({
      schedule: schedule.name,
      timeZone: schedule.zone,
      ...whoIsOnCall(schedule, overrides, now()),
      nextHandOffMs: nextHandOff(schedule, overrides, now()),
    }))
  }

  /** Has somebody take a turn. Resolves to the override's id. @throws {SyncError} ALERT_UNKNOWN, ALERT_REQUEST */
  async override({ schedule, person, fromMs, untilMs, author }: OverrideRequest, via: string): Promise<string> {
    const { policy, notifier, now } = this.#parts
    if (!policy.oncall.schedules.has(schedule))
      throw new SyncError('ALERT_UNKNOWN', `there is no schedule ${JSON.stringify(schedule)}`)
    if (!policy.oncall.people.has(person))
      throw new SyncError('ALERT_UNKNOWN', `there is no person ${JSON.stringify(person)}`)
    const beginsMs = fromMs ?? now()
    if (!(untilMs > Math.max(beginsMs, now())))
      throw new SyncError('ALERT_REQUEST', 'an override must end after it begins, in the future')
    const id = randomUUID().slice(0, 8)
    const value = { id, schedule, person, fromMs: beginsMs, untilMs, author: plainWords(author) }
    await notifier.change((_state, nowMs) => ({
      changes: [{ tag: 'override', key: id, value }],
      history: [
        {
          ...PLAIN_ENTRY,
          atMs: nowMs,
          what: 'override',
          who: plainWords(author),
          via,
          reason: `${person} takes over ${schedule}`,
        },
      ],
    }))
    return id
  }
}
