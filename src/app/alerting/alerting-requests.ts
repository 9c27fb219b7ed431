import * as z from 'zod'
import { parseDuration } from '../../config/duration.ts'
import { parseInstant } from '../../core/instant.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { Alerting } from './open-alerting.ts'

/** How a request over HTTP was made, as it stands in the history. */
const via = z.enum(['cli', 'api']).default('api')

const shown = <T>(read: (text: string) => T): z.ZodType<T> =>
  z.string().transform((text, context): T => {
    try {
      return read(text)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} ${why}` })
      return z.NEVER
    }
  })

const duration = shown(parseDuration)
const instant = shown(parseInstant)

const somebody = z.string().min(1)
const comment = z.string().default('')
/** Of what lasts for a time: who wants it, and for how long. */
const lasting = { author: somebody, for: duration.optional(), until: instant.optional(), from: instant.optional(), via }

const acknowledgeBody = z.strictObject({ by: somebody, comment, for: duration.optional(), via })

const silenceBody = z.strictObject({ match: z.array(z.string()), comment, ...lasting })

const expireBody = z.strictObject({ author: somebody, via })

const overrideBody = z.strictObject({ schedule: z.string(), person: z.string(), ...lasting })

const testBody = z.strictObject({ via })

/** Reads what was sent. @throws {SyncError} ALERT_REQUEST that says which field is wrong. */
function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.map(String).join('.') ?? ''
  throw new SyncError('ALERT_REQUEST', `${where === '' ? 'the body' : where}: ${issue?.message ?? 'is wrong'}`)
}

/** A time as a request gives it: a length in milliseconds, or its end. */
interface Span {
  readonly for?: number | undefined
  readonly until?: number | undefined
  readonly from?: number | undefined
}

/** The end of a span that has either a length or an end. @throws {SyncError} ALERT_REQUEST */
function untilOf({ for: lengthMs, until, from }: Span, nowMs: number): number {
  if ((lengthMs === undefined) === (until === undefined)) {
    throw new SyncError('ALERT_REQUEST', 'needs either `for` or `until`')
  }
  return until ?? (from ?? nowMs) + (lengthMs ?? 0)
}

/** Alerting as requests with JSON bodies see it; what it answers is sent as it is. */
export class AlertingRequests {
  readonly #alerting: Alerting
  readonly #now: () => number

  constructor(alerting: Alerting, now: () => number) {
    this.#alerting = alerting
    this.#now = now
  }

  /** `GET /api/v1/alerts` */
  list(): object {
    const { alerts } = this.#alerting
    return { alerts: alerts.alerts(), isMemoryComplete: alerts.memory().isComplete }
  }

  /** `GET /api/v1/alerts/NAME` @throws {SyncError} ALERT_UNKNOWN */
  show(name: string): object {
    const found = this.#alerting.alerts.find(name)
    if (found.length === 0) throw new SyncError('ALERT_UNKNOWN', `no alert ${JSON.stringify(name)} fires`)
    return { alerts: found, isMemoryComplete: this.#alerting.alerts.memory().isComplete }
  }

  /** `GET /api/v1/alerts/history` @throws {SyncError} ALERT_REQUEST */
  async history(limit: string | null): Promise<object> {
    const count = limit === null ? 50 : Number(limit)
    if (!(Number.isInteger(count) && count >= 1 && count <= 10_000)) {
      throw new SyncError('ALERT_REQUEST', 'limit: is not a number of 1 to 10000')
    }
    return { history: await this.#alerting.alerts.history(count) }
  }

  /** `POST /api/v1/alerts/NAME/acknowledge` @throws {SyncError} */
  async acknowledge(name: string, body: unknown): Promise<object> {
    const { for: lengthMs, ...request } = readBody(acknowledgeBody, body)
    const untilMs = lengthMs === undefined ? null : this.#now() + lengthMs
    return { acknowledged: await this.#alerting.alerts.acknowledge(name, { ...request, untilMs }) }
  }

  /** `GET /api/v1/silences` */
  silences(): object {
    const silences = this.#alerting.silences.list()
    return { silences: silences.map((silence) => ({ ...silence, match: silence.match.map(({ text }) => text) })) }
  }

  /** `POST /api/v1/silences` @throws {SyncError} */
  async addSilence(body: unknown): Promise<object> {
    const { via: way, ...request } = this.#lasting(readBody(silenceBody, body))
    return { id: await this.#alerting.silences.add(request, way) }
  }

  /** `POST /api/v1/silences/ID/expire` @throws {SyncError} */
  async expireSilence(id: string, body: unknown): Promise<object> {
    const { author, via: way } = readBody(expireBody, body)
    await this.#alerting.silences.expire(id, author, way)
    return { expired: id }
  }

  /** `GET /api/v1/oncall` */
  onCall(): object {
    return { schedules: this.#alerting.onCall.list() }
  }

  /** `POST /api/v1/oncall/overrides` @throws {SyncError} */
  async override(body: unknown): Promise<object> {
    const { via: way, ...request } = this.#lasting(readBody(overrideBody, body))
    return { id: await this.#alerting.onCall.override(request, way) }
  }

  /** With its beginning and end instead of what was written of them. @throws {SyncError} ALERT_REQUEST */
  #lasting<T extends Span>({ for: lengthMs, until, from: fromMs, ...rest }: T) {
    const untilMs = untilOf({ for: lengthMs, until, from: fromMs }, this.#now())
    return { ...rest, fromMs, untilMs }
  }

  /** `POST /api/v1/alerts/channels/NAME/test` @throws {SyncError} */
  async test(channel: string, body: unknown): Promise<object> {
    const { via: way } = readBody(testBody, body)
    return { results: await this.#alerting.testChannel(channel, way) }
  }
}
