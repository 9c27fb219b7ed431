import { createHash } from 'node:crypto'
import { isoInstant } from '../../../core/instant.ts'
import type { AlertMessage, MessageLinks } from './alert-message.ts'
import { describeMessage, titleOf, type DescribedLink } from './describe-message.ts'

const SUMMARY_CHARACTERS = 1024
/** An event may have 512 KB. */
const MOST_ALERTS = 50

/** An event of the Events API v2. @see PagerDuty developer docs, Send an alert event */
export interface PagerdutyEvent {
  readonly routing_key: string
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve'
  /** At most 255 characters; the same from trigger to resolve. */
  readonly dedup_key: string
  readonly payload?: {
    readonly summary: string
    readonly source: string
    readonly severity: 'critical' | 'error' | 'warning' | 'info'
    readonly timestamp: string
    readonly component: string
    readonly group: string
    readonly class: string
    readonly custom_details: Readonly<Record<string, unknown>>
  }
  readonly client?: string
  readonly client_url?: string
  readonly links?: readonly { readonly href: string; readonly text: string }[]
}

/** The key of a group's incident: a new life of the group (another thread) continues it, or opens a new one after a resolve. */
export function dedupKeyOf({ pipeline, groupKey }: Pick<AlertMessage, 'pipeline' | 'groupKey'>): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([pipeline, groupKey]))
    .digest('hex')
  return `pg-starrocks-sync/${pipeline}/${digest.slice(0, 32)}`
}

/** A message as an event. Pure. */
export function pagerdutyEvent(message: AlertMessage, links: MessageLinks, routingKey: string): PagerdutyEvent {
  const event_action =
    message.firingCount === 0 ? 'resolve' : message.reason === 'acknowledged' ? 'acknowledge' : 'trigger'
  const head = { routing_key: routingKey, event_action, dedup_key: dedupKeyOf(message) } as const
  if (event_action !== 'trigger') return head
  const described = describeMessage(message, links, MOST_ALERTS)
  const [first] = message.firing
  const runbooks = new Set(described.alerts.flatMap(({ runbook }) => runbook ?? []))
  const shown: readonly DescribedLink[] = [
    ...described.links,
    ...[...runbooks].filter((url) => /^https?:/.test(url)).map((url) => ({ url, text: 'Runbook' })),
  ]
  return {
    ...head,
    payload: {
      summary: titleOf(message).slice(0, SUMMARY_CHARACTERS),
      source: `pg-starrocks-sync/${message.pipeline}`,
      severity: message.severity,
      timestamp: isoInstant(first?.startedAtMs ?? message.createdAtMs),
      component: first?.labels['table'] ?? message.pipeline,
      group: message.pipeline,
      class: first?.rule ?? 'test',
      custom_details: {
        firing: message.firingCount,
        notes: described.notes,
        alerts: described.alerts.map(({ what, when, facts, why, remedy, runbook }) => {
          return { what, when, facts, why, remedy, runbook }
        }),
        more: described.more,
      },
    },
    client: 'pg-starrocks-sync',
    ...(links.alerts === null ? {} : { client_url: links.alerts }),
    links: shown.map(({ url, text }) => ({ href: url, text })),
  }
}
