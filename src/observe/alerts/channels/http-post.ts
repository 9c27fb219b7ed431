import type { Secret } from '../../../config/secret.ts'
import type { Clock } from '../../../core/clock.ts'
import type { SendOutcome } from './channel.ts'
import { scrub } from './scrub.ts'

/** What is posted, and where. */
export interface HttpPost {
  readonly url: Secret
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Never shown: not even when the other side repeats them. */
  readonly secrets: readonly Secret[]
}

/** What posting takes from outside. */
export interface PostSurroundings {
  readonly clock: Clock
  readonly signal: AbortSignal
}

const ATTEMPT_MS = 10_000
const LONGEST_REASON = 200

/** Posts once; redirects are not followed, since the body is meant for that address alone. Never throws. */
export async function postOnce(post: HttpPost, { clock, signal }: PostSurroundings): Promise<SendOutcome> {
  const stop = new AbortController()
  const timer = clock.setTimer(ATTEMPT_MS, () => stop.abort(new Error(`no answer within ${ATTEMPT_MS / 1000} s`)))
  const { url, headers, body } = post
  try {
    const reply = await fetch(url.reveal(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'pg-starrocks-sync', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, stop.signal]),
    })
    const text = await reply.text()
    const said = text.slice(0, LONGEST_REASON).replaceAll(/\s+/g, ' ').trim()
    const reason = scrub(`HTTP ${reply.status}${said === '' ? '' : `: ${said}`}`, [url, ...post.secrets])
    return judgeStatus(reply.status, reply.headers.get('retry-after'), reason, clock.now())
  } catch (error) {
    return {
      tag: 'retry',
      reason: scrub(reasonOf(error), [url, ...post.secrets]),
      maybeArrived: !neverConnected(error),
    }
  } finally {
    timer.cancel()
  }
}

/** What a status means for whoever posted. Pure. */
export function judgeStatus(status: number, retryAfter: string | null, reason: string, nowMs: number): SendOutcome {
  if (status >= 200 && status < 300) return { tag: 'delivered' }
  if (status === 429 || status === 408 || status === 503) {
    return { tag: 'retry', reason, retryAfterMs: retryAfterMs(retryAfter, nowMs), maybeArrived: false }
  }
  if (status >= 500) return { tag: 'retry', reason, maybeArrived: true }
  return { tag: 'refused', reason }
}

/** `Retry-After`: seconds, or a date. @see RFC 9110, 10.2.3 */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const atMs = globalThis.Date.parse(header)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}

/** `fetch` hides what happened in causes. */
function reasonOf(error: unknown): string {
  const messages: string[] = []
  for (let each = error; each instanceof Error && messages.length < 4; each = each.cause) {
    if (each.message !== '' && each.message !== 'fetch failed') messages.push(each.message)
  }
  return messages.length === 0 ? String(error) : messages.join(': ')
}

const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function neverConnected(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string' && NOT_CONNECTED.has(each.code)) return true
  }
  return false
}
