import type { AlertMessage, MessageLinks } from './alert-message.ts'
import { describeMessage, type DescribedAlert } from './describe-message.ts'

/** Limits of Slack. @see reference/monitoring.md 4.2 */
const HEADER_CHARACTERS = 150
const SECTION_CHARACTERS = 3000
const URL_CHARACTERS = 3000
const ALL_CHARACTERS = 12_000
const MOST_ALERTS = 10

/** The body of an incoming webhook: `text` for notifications, `blocks` for the channel. */
export interface SlackBody {
  readonly text: string
  readonly blocks: readonly SlackBlock[]
}

interface SlackText {
  readonly type: 'plain_text' | 'mrkdwn'
  readonly text: string
}

type SlackBlock =
  | { readonly type: 'header'; readonly text: SlackText }
  | { readonly type: 'section'; readonly text: SlackText }
  | { readonly type: 'context'; readonly elements: readonly SlackText[] }
  | { readonly type: 'actions'; readonly elements: readonly SlackButton[] }

interface SlackButton {
  readonly type: 'button'
  readonly text: SlackText
  readonly url: string
  readonly style?: 'primary'
}

/** A message in Slack's form, within its limits. Pure. */
export function slackBody(message: AlertMessage, links: MessageLinks): SlackBody {
  const described = describeMessage(message, links, MOST_ALERTS)
  const blocks: SlackBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: cut(described.title, HEADER_CHARACTERS) } },
  ]
  let left = ALL_CHARACTERS
  let omitted = message.firingCount + message.resolvedCount - described.alerts.length
  for (const alert of described.alerts) {
    const text = cut(sectionText(alert), SECTION_CHARACTERS)
    if (text.length > left) {
      omitted += 1
      continue
    }
    left -= text.length
    blocks.push({ type: 'section', text: { type: 'mrkdwn', text } })
  }
  const context = [...described.notes, ...(omitted > 0 ? [`and ${omitted} more`] : [])].map(escape)
  if (context.length > 0) {
    const text = cut(context.join('\n'), SECTION_CHARACTERS)
    blocks.push({ type: 'context', elements: [{ type: 'mrkdwn', text }] })
  }
  const buttons = described.links
    .filter(({ url }) => url.length <= URL_CHARACTERS)
    .map(({ text, url }, index): SlackButton => {
      const button = { type: 'button', text: { type: 'plain_text', text }, url } as const
      return index === 0 ? { ...button, style: 'primary' } : button
    })
  if (buttons.length > 0) blocks.push({ type: 'actions', elements: buttons })
  return { text: cut(escape(described.title), SECTION_CHARACTERS), blocks }
}

function sectionText({ isFiring, what, when, facts, why, remedy, runbook }: DescribedAlert): string {
  const lines = [
    `*${isFiring ? '' : 'Over: '}${escape(what)}*`,
    escape(`${facts} · ${when}`),
    ...(why === null ? [] : [`*Why:* ${escape(why)}`]),
    ...(remedy === null ? [] : [`*Do:* ${escape(remedy)}`]),
    ...(runbook === null
      ? []
      : [/^https?:/.test(runbook) ? `<${escape(runbook)}|Runbook>` : `Runbook: ${escape(runbook)}`]),
  ]
  return lines.join('\n')
}

/** Slack's three characters of control. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Not in the middle of an escape. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/&[a-z]*$/, '')}…`
}
