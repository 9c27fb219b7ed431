import * as z from 'zod'
import { parseLabelMatcher } from '../../../config/alerting/label-matcher.ts'
import type { AlertRow } from '../../../core/alert-store.ts'
import type { AlertAnnotations } from '../alert-instance.ts'
import type { StateChange } from '../stages/alerting-state.ts'
import type { NewRow } from './alert-journal.ts'

const texts = z.record(z.string(), z.string())
const severity = z.enum(['critical', 'warning', 'info'])
const sendReason = z.enum(['firing', 'resolved', 'repeat', 'flapping', 'acknowledged'])

const acknowledgement = z.object({
  by: z.string(),
  atMs: z.number(),
  via: z.string(),
  comment: z.string(),
  untilMs: z.number().nullable(),
})

const annotations = z.object({
  summary: z.string(),
  description: z.string(),
  runbook: z.string(),
  why: z.string(),
  remedy: z.string(),
})

const episode = z.object({
  fingerprint: z.string(),
  rule: z.string(),
  labels: texts,
  ownLabels: texts,
  severity,
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  value: z.number().nullable(),
  annotations,
  cooldownMs: z.number(),
  channels: z.array(z.string()).optional(),
  escalation: z.string().optional(),
  inhibits: z.array(z.string()).optional(),
  escalatedAtMs: z.record(z.string(), z.number()),
  acknowledgement: acknowledgement.nullable(),
})

const destination = z.object({
  channel: z.string(),
  address: z.string().optional(),
  person: z.string().optional(),
})

/** Started, told, cooldown; then open, sure, flapping, acknowledged as digits: a storm has ten thousand of them in a row. */
const toldAlert = z.tuple([z.string(), z.number(), z.number(), z.number(), z.string()])

const ledger = z.object({
  key: z.string(),
  groupKey: z.string(),
  groupLabels: texts,
  destination,
  told: z.array(toldAlert),
  triedAtMs: z.number().nullable(),
  threadId: z.string(),
})

const messageAlert = z.object({
  fingerprint: z.string(),
  rule: z.string(),
  labels: texts,
  severity,
  value: z.number().nullable(),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  summary: z.string(),
  description: z.string(),
  why: z.string(),
  remedy: z.string(),
  runbook: z.string(),
  isFlapping: z.boolean(),
  acknowledgedBy: z.string().nullable(),
})

const message = z.object({
  id: z.string(),
  pipeline: z.string(),
  reason: z.enum([...sendReason.options, 'test']),
  groupKey: z.string(),
  groupLabels: texts,
  threadId: z.string(),
  isFirstOfThread: z.boolean(),
  destination,
  firing: z.array(messageAlert),
  resolved: z.array(messageAlert),
  firingCount: z.number(),
  resolvedCount: z.number(),
  severity,
  createdAtMs: z.number(),
  note: z.string().nullable(),
})

const notification = z.object({
  id: z.string(),
  ledgerKey: z.string(),
  reason: sendReason,
  firing: z.array(
    z.object({
      fingerprint: z.string(),
      startedAtMs: z.number(),
      cooldownMs: z.number(),
      isFlapping: z.boolean(),
      isAcknowledged: z.boolean(),
    }),
  ),
  resolved: z.array(z.string()),
  message,
  failedChannels: z.array(z.string()),
})

const silence = z.object({
  id: z.string(),
  match: z.array(z.string().transform(parseLabelMatcher)),
  fromMs: z.number(),
  untilMs: z.number(),
  author: z.string(),
  comment: z.string(),
  createdAtMs: z.number(),
})

const override = z.object({
  id: z.string(),
  schedule: z.string(),
  person: z.string(),
  fromMs: z.number(),
  untilMs: z.number(),
  author: z.string(),
})

const failure = z.object({
  channel: z.string(),
  sinceMs: z.number(),
  reason: z.string(),
  failedMessages: z.number(),
})

/** A change of the state as the row that is stored. */
export function encodeChange(change: StateChange): NewRow {
  const { tag: kind, key } = change
  return { kind, key, body: change.value === null ? null : JSON.stringify(storedForm(change)) }
}

function storedForm(change: StateChange): unknown {
  switch (change.tag) {
    case 'ledger':
      return (
        change.value && {
          ...change.value,
          told: [...change.value.told].map(([fingerprint, told]) => [
            fingerprint,
            told.startedAtMs,
            told.toldAtMs,
            told.cooldownMs,
            [told.isOpen, told.isSure, told.knowsFlapping, told.knowsAcknowledged].map(Number).join(''),
          ]),
        }
      )
    case 'silence':
      return change.value && { ...change.value, match: change.value.match.map(({ text }) => text) }
    case 'episode':
      return change.value && { ...change.value, annotations: brief(change.value.annotations) }
    case 'notification':
    case 'override':
    case 'failure':
      return change.value
  }
}

/** While an alert fires the evaluator says the rest anew; when it is over nobody needs it. */
function brief({ summary, runbook }: AlertAnnotations): AlertAnnotations {
  return { summary, runbook, description: '', why: '', remedy: '' }
}

/**
 * Reads what {@link encodeChange} wrote; null for kinds that the state does not have. An episode comes back as not yet confirmed.
 * @throws when the row has another form.
 */
export function decodeRow({ kind, key, body }: AlertRow): StateChange | null {
  const value: unknown = body === null ? null : JSON.parse(body)
  switch (kind) {
    case 'episode': {
      const read = orNull(episode, value)
      return { tag: kind, key, value: read && { ...read, isConfirmed: false } }
    }
    case 'ledger': {
      const read = orNull(ledger, value)
      return { tag: kind, key, value: read && readLedger(read) }
    }
    case 'notification':
      return { tag: kind, key, value: orNull(notification, value) }
    case 'silence':
      return { tag: kind, key, value: orNull(silence, value) }
    case 'override':
      return { tag: kind, key, value: orNull(override, value) }
    case 'failure':
      return { tag: kind, key, value: orNull(failure, value) }
    default:
      return null
  }
}

function orNull<T>(schema: z.ZodType<T>, value: unknown): T | null {
  return value === null ? null : schema.parse(value)
}

function readLedger(stored: z.output<typeof ledger>): Extract<StateChange, { readonly tag: 'ledger' }>['value'] {
  const told = stored.told.map(([fingerprint, startedAtMs, toldAtMs, cooldownMs, flags]) => {
    const [isOpen, isSure, knowsFlapping, knowsAcknowledged] = [0, 1, 2, 3].map((at) => flags[at] === '1')
    return [
      fingerprint,
      {
        startedAtMs,
        toldAtMs,
        cooldownMs,
        isOpen: isOpen === true,
        isSure: isSure === true,
        knowsFlapping: knowsFlapping === true,
        knowsAcknowledged: knowsAcknowledged === true,
      },
    ] as const
  })
  return { ...stored, told: new Map(told) }
}
