import { createHash } from 'node:crypto'
import type { AlertMessage, MessageLinks } from './alert-message.ts'
import { describeMessage, type DescribedAlert, type DescribedMessage } from './describe-message.ts'

const MOST_ALERTS = 50
const DOMAIN = 'pg-starrocks-sync'

/** What of a mail depends on the message. */
export interface Mail {
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
  readonly inReplyTo?: string
  readonly references?: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * A message as a mail. All mails from when a group begins to fire until it is over form a thread: each answers the first. A mail that is sent
 * again has the same Message-ID, by which mailboxes know it. @see RFC 5322, 3.6.4; RFC 3834 for the headers that keep away answers
 */
export function mailOf(message: AlertMessage, links: MessageLinks): Mail {
  const described = describeMessage(message, links, MOST_ALERTS)
  const first = idOf(message.threadId, message)
  const thread = message.isFirstOfThread ? {} : { inReplyTo: first, references: first }
  return {
    subject: described.title.replaceAll(/\s+/g, ' ').slice(0, 200),
    text: plainText(described),
    html: htmlText(described),
    messageId: message.isFirstOfThread ? first : idOf(message.id, message),
    ...thread,
    headers: {
      'List-Id': `<${message.pipeline}.alerts.${DOMAIN}>`,
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
  }
}

/** A receiver must not see the ids of another's. */
function idOf(id: string, { destination }: AlertMessage): string {
  const digest = createHash('sha256').update(JSON.stringify([id, destination.channel, destination.address ?? '']))
  return `<${digest.digest('hex').slice(0, 32)}@${DOMAIN}>`
}

function plainText({ title, notes, alerts, more, links }: DescribedMessage): string {
  const blocks = [title, ...notes, ...alerts.map(plainAlert), ...(more === null ? [] : [more])]
  const addresses = links.map(({ text, url }) => `${text}: ${url}`)
  return `${[...blocks, ...addresses].join('\n\n')}\n`
}

function plainAlert({ isFiring, what, when, facts, why, remedy, runbook }: DescribedAlert): string {
  return [
    `${isFiring ? '' : 'Over: '}${what}`,
    `  ${when}`,
    `  ${facts}`,
    ...(why === null ? [] : [`  Why: ${why}`]),
    ...(remedy === null ? [] : [`  What to do: ${remedy}`]),
    ...(runbook === null ? [] : [`  Runbook: ${runbook}`]),
  ].join('\n')
}

function htmlText({ title, notes, alerts, more, links }: DescribedMessage): string {
  const paragraphs = [
    `<h2>${escape(title)}</h2>`,
    ...notes.map((note) => `<p><em>${escape(note)}</em></p>`),
    ...alerts.map(htmlAlert),
    ...(more === null ? [] : [`<p>${escape(more)}</p>`]),
  ]
  const anchors = links.map(({ text, url }) => `<a href="${escape(url)}">${escape(text)}</a>`)
  const footer = anchors.length === 0 ? '' : `<p>${anchors.join(' · ')}</p>`
  return `<!doctype html><html><body>${paragraphs.join('')}${footer}</body></html>`
}

function htmlAlert({ isFiring, what, when, facts, why, remedy, runbook }: DescribedAlert): string {
  const rows = [
    ['When', when],
    ['What it is', facts],
    ['Why', why],
    ['What to do', remedy],
  ].flatMap(([name, text]) => (text == null ? [] : [`<dt>${name}</dt><dd>${escape(text)}</dd>`]))
  const link =
    runbook === null
      ? ''
      : /^https?:/.test(runbook)
        ? `<dt>Runbook</dt><dd><a href="${escape(runbook)}">${escape(runbook)}</a></dd>`
        : `<dt>Runbook</dt><dd>${escape(runbook)}</dd>`
  return `<h3>${isFiring ? '' : 'Over: '}${escape(what)}</h3><dl>${rows.join('')}${link}</dl>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
