import { isoInstant } from '../../../core/instant.ts'
import type { AlertMessage, MessageAlert, MessageLinks } from './alert-message.ts'

type Texts = Readonly<Record<string, string>>

/** The body of Alertmanager's webhook, version 4. @see Alertmanager, configuration, webhook_config */
export interface WebhookBody {
  readonly version: '4'
  readonly groupKey: string
  readonly truncatedAlerts: number
  readonly status: 'firing' | 'resolved'
  readonly receiver: string
  readonly groupLabels: Texts
  readonly commonLabels: Texts
  readonly commonAnnotations: Texts
  readonly externalURL: string
  readonly notification_reason: string
  readonly alerts: readonly WebhookAlert[]
}

/** An alert of {@link WebhookBody}. */
export interface WebhookAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Texts
  readonly annotations: Texts
  readonly startsAt: string
  /** Go's zero time while it fires. */
  readonly endsAt: string
  readonly generatorURL: string
  readonly fingerprint: string
}

const NO_TIME = '0001-01-01T00:00:00Z'

/** A message as Alertmanager would post it. Pure. */
export function webhookBody(message: AlertMessage, links: MessageLinks, maxAlerts: number): WebhookBody {
  const all = [...message.firing, ...message.resolved].map((alert) => webhookAlert(alert, links))
  const alerts = all.slice(0, maxAlerts)
  return {
    version: '4',
    groupKey: message.groupKey,
    truncatedAlerts: message.firingCount + message.resolvedCount - alerts.length,
    status: message.firingCount > 0 ? 'firing' : 'resolved',
    receiver: message.destination.channel,
    groupLabels: message.groupLabels,
    commonLabels: commonOf(all.map(({ labels }) => labels)),
    commonAnnotations: commonOf(all.map(({ annotations }) => annotations)),
    externalURL: links.alerts ?? '',
    notification_reason: reasonText(message),
    alerts,
  }
}

/** One alert as Alertmanager shows it. */
export function webhookAlert(alert: MessageAlert, links: Pick<MessageLinks, 'alerts'>): WebhookAlert {
  return {
    status: alert.endedAtMs === null ? 'firing' : 'resolved',
    labels: alert.labels,
    annotations: annotationsOf(alert),
    startsAt: isoInstant(alert.startedAtMs),
    endsAt: alert.endedAtMs === null ? NO_TIME : isoInstant(alert.endedAtMs),
    generatorURL: links.alerts ?? '',
    fingerprint: alert.fingerprint,
  }
}

/** Alertmanager leaves out what is empty. */
function annotationsOf({ summary, description, why, remedy, runbook, value }: MessageAlert): Texts {
  const all = { summary, description, why, remedy, runbook_url: runbook, value: value === null ? '' : String(value) }
  return Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''))
}

/** What all have in common. */
function commonOf(all: readonly Texts[]): Texts {
  const [first, ...rest] = all
  const common = Object.entries(first ?? {}).filter(([name, value]) => rest.every((each) => each[name] === value))
  return Object.fromEntries(common)
}

/** In the words of Alertmanager where it has one. */
function reasonText({ reason, isFirstOfThread, firingCount }: AlertMessage): string {
  switch (reason) {
    case 'firing':
      return isFirstOfThread ? 'first notification' : 'new alerts added'
    case 'resolved':
      return firingCount === 0 ? 'all alerts resolved' : 'some alerts resolved'
    case 'repeat':
      return 'repeat interval elapsed'
    case 'flapping':
    case 'acknowledged':
    case 'test':
      return reason
  }
}
