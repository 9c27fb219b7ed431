import * as z from 'zod'
import { SyncError } from '../../core/sync-error.ts'

const acknowledgement = z.object({ by: z.string(), comment: z.string(), atMs: z.number() })

const alert = z.object({
  fingerprint: z.string(),
  rule: z.string(),
  severity: z.string(),
  labels: z.record(z.string(), z.string()),
  value: z.number().nullable(),
  startedAtMs: z.number(),
  summary: z.string(),
  why: z.string(),
  remedy: z.string(),
  runbook: z.string(),
  isFlapping: z.boolean(),
  acknowledgement: acknowledgement.nullable(),
  held: z.object({ by: z.string(), reason: z.string() }).nullable(),
  told: z.array(z.object({ receiver: z.string(), atMs: z.number() })),
  decisions: z.array(z.object({ receiver: z.string(), decision: z.string() })),
})

/** `GET /api/v1/alerts`. */
export const alertsAnswer = z.object({ alerts: z.array(alert), isMemoryComplete: z.boolean() })

/** An alert as the service shows it. */
export type ShownAlert = z.output<typeof alert>

const historyLine = z.object({
  atMs: z.number(),
  what: z.string(),
  who: z.string(),
  via: z.string(),
  reason: z.string(),
  alerts: z.array(z.string()),
  firing: z.number(),
  resolved: z.number(),
})

/** `GET /api/v1/alerts/history`. */
export const historyAnswer = z.object({ history: z.array(historyLine) })

/** `GET /api/v1/silences`. */
export const silencesAnswer = z.object({
  silences: z.array(
    z.object({
      id: z.string(),
      match: z.array(z.string()),
      fromMs: z.number(),
      untilMs: z.number(),
      author: z.string(),
      comment: z.string(),
      isInForce: z.boolean(),
    }),
  ),
})

/** `GET /api/v1/oncall`. */
export const onCallAnswer = z.object({
  schedules: z.array(
    z.object({
      schedule: z.string(),
      timeZone: z.string(),
      person: z.string().nullable(),
      reason: z.string(),
      nextHandOffMs: z.number().nullable(),
    }),
  ),
})

/** `POST /api/v1/alerts/NAME/acknowledge`. */
export const acknowledgedAnswer = z.object({ acknowledged: z.array(z.string()) })

/** `POST` of something new. */
export const idAnswer = z.object({ id: z.string() })

/** `POST /api/v1/alerts/channels/NAME/test`. */
export const testAnswer = z.object({
  results: z.array(z.object({ receiver: z.string(), failure: z.string().nullable() })),
})

/** Reads what the service answered. @throws {SyncError} SERVICE_REFUSED when it is something else, such as another version's. */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const remedy = 'Use the program of the same version as the service.'
  throw new SyncError('SERVICE_REFUSED', 'the service answered something that is not understood', { remedy })
}
