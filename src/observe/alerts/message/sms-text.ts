import type { AlertMessage, MessageLinks } from './alert-message.ts'
import { titleOf } from './describe-message.ts'

/** One message of the GSM alphabet; more would be sent, and paid, as several. */
const ONE_MESSAGE = 160

/** Characters of the GSM 7-bit alphabet that texts of ours have. One other character would halve what fits. */
const NOT_GSM = /[^A-Za-z0-9 \n@$!"#%&'()*+,\-./:;<=>?_äöüÄÖÜßéèàùñÑ£¥§¿¡]/g

const REPLACED: Readonly<Record<string, string>> = {
  '…': '...',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '·': '-',
  '[': '(',
  ']': ')',
  '{': '(',
  '}': ')',
  '`': "'",
}

/** A message as one SMS: what, how bad, and the link to acknowledge when it still fits. Pure. */
export function smsText(message: AlertMessage, links: MessageLinks): string {
  const text = gsm(titleOf(message))
  const link = links.acknowledge === null ? '' : ` ${links.acknowledge}`
  const withLink = text.length + link.length <= ONE_MESSAGE ? text + link : text
  return withLink.length <= ONE_MESSAGE ? withLink : `${withLink.slice(0, ONE_MESSAGE - 3)}...`
}

function gsm(text: string): string {
  return text.replaceAll(NOT_GSM, (character) => REPLACED[character] ?? '?')
}
