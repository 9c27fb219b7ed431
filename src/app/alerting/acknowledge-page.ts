import { isoInstant } from '../../core/instant.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { AlertView } from '../../observe/alerts/notifier/alert-view.ts'
import type { Alerting } from './open-alerting.ts'

/** A page, and how it is to be answered. */
export interface AnsweredPage {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
}

/** Only this page's own form; nothing is loaded, nothing frames it. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const

const REFUSALS = {
  malformed: 'This link is not complete: copy the whole of it.',
  forged: 'This link was not made by this service.',
  expired: 'This link is too old: look at a newer message, or run sync-app alerts ack.',
} as const

/**
 * The page behind the link of a message. Looking at it changes nothing, because programs that look at links in mails and chats follow them too;
 * only its button does.
 */
export function confirmPage(alerting: Alerting, token: string): AnsweredPage {
  const grant = alerting.alerts.grant(token)
  if (typeof grant === 'string') return refused(REFUSALS[grant])
  const told = alerting.alerts.told(grant)
  if (told.length === 0) return page(200, 'It is over', '<p>Nothing of what the message told still fires.</p>')
  return page(
    200,
    'Acknowledge?',
    `<p>Reminders and escalation stop for these alerts of the message sent to <b>${escape(grant.receiver)}</b>:</p>
<ul>
${told.slice(0, MOST_SHOWN).map(listed).join('\n')}
</ul>
${told.length > MOST_SHOWN ? `<p>and ${told.length - MOST_SHOWN} more: see <code>sync-app alerts</code>.</p>\n` : ''}<form method="post"><input type="hidden" name="token" value="${escape(token)}"><button>I am on it</button></form>`,
  )
}

/** More would hide the button on a telephone. */
const MOST_SHOWN = 10

function listed({ rule, severity, summary, startedAtMs, remedy, acknowledgement }: AlertView): string {
  const since = isoInstant(startedAtMs).slice(0, 16).replace('T', ' ')
  const taken = acknowledgement === null ? '' : ` Already acknowledged by ${escape(acknowledgement.by)}.`
  const what = `<b>${escape(severity)}: ${escape(rule)}</b> since ${since} UTC.${taken}`
  return `<li>${what}<br>${escape(summary)}<br><small>${escape(remedy)}</small></li>`
}

/** What the button does. */
export async function acknowledgeByPage(alerting: Alerting, token: string): Promise<AnsweredPage> {
  const grant = alerting.alerts.grant(token)
  if (typeof grant === 'string') return refused(REFUSALS[grant])
  try {
    const acknowledged = await alerting.alerts.acknowledgeByLink(grant)
    const what = acknowledged.length === 1 ? 'One alert is' : `${acknowledged.length} alerts are`
    return page(200, 'Acknowledged', `<p>${what} acknowledged by ${escape(grant.receiver)}.</p>`)
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    return page(200, 'It is over', `<p>Nothing is left to acknowledge: ${escape(error.message)}.</p>`)
  }
}

/** The page of an instance that does not alert. */
export function standingBy(): AnsweredPage {
  return page(
    503,
    'Not now',
    '<p>This instance does not alert: it starts, or another one has the slot. Try again in a minute.</p>',
  )
}

function refused(why: string): AnsweredPage {
  return page(403, 'Not acknowledged', `<p>${escape(why)}</p>`)
}

function page(status: number, title: string, content: string): AnsweredPage {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>${title}</title><style>body{font:1.1rem system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem}ul{padding-left:1rem}li{margin:.8rem 0}small{color:#555}button{font:inherit;padding:.6rem 1.5rem}</style></head>
<body><h1>${title}</h1>
${content}
</body></html>
`
  return { status, headers: PAGE_HEADERS, html }
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
