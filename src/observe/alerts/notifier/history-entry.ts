import * as z from 'zod'

const entry = z.object({
  atMs: z.number(),
  /** `told`, `not-told`, `acknowledged`, `silenced`, `silence-ended`, `override`, `test`. */
  what: z.enum(['told', 'not-told', 'acknowledged', 'silenced', 'silence-ended', 'override', 'override-ended', 'test']),
  /** The receiver, or who did it. */
  who: z.string(),
  /** Channel, or the way it came in. */
  via: z.string(),
  reason: z.string(),
  groupKey: z.string().nullable(),
  /** `rule{labels}` of some of the alerts. */
  alerts: z.array(z.string()).readonly(),
  firing: z.number(),
  resolved: z.number(),
  attempts: z.number(),
  notification: z.string().nullable(),
})

/** One line of "who was told what, when", and of what people did. Never holds a secret. */
export type HistoryEntry = Readonly<z.output<typeof entry>>

/** Reads a line. @throws when it has another form. */
export function readHistoryEntry(body: string): HistoryEntry {
  return entry.parse(JSON.parse(body))
}

/** What most lines leave empty. */
export const PLAIN_ENTRY = {
  groupKey: null,
  alerts: [],
  firing: 0,
  resolved: 0,
  attempts: 0,
  notification: null,
} as const
