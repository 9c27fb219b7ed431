import { createHmac, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import type { Secret } from '../../../config/secret.ts'
import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'
import { destinationKey } from '../stages/destination.ts'

/** What a link allows: to acknowledge what a message told. */
export interface AcknowledgeGrant {
  readonly groupKey: string
  /** Alerts that began later are not meant. */
  readonly upToMs: number
  /** To whom the message went: stands as the one who acknowledged. */
  readonly receiver: string
  readonly expiresAtMs: number
}

/** Why a link does nothing. */
export type LinkRefusal = 'malformed' | 'forged' | 'expired'

/** What links are made with. */
export interface LinkConfig {
  readonly externalUrl: string | null
  readonly secret: Secret | null
  readonly validMs: number
}

/** Where the page is on which a message's alerts are acknowledged. */
export const ACKNOWLEDGE_PATH = '/api/v1/alerts/acknowledge'
/** Where alerts are listed. */
export const ALERTS_PATH = '/api/v1/alerts'

const grant = z.object({ g: z.string(), u: z.number(), r: z.string(), e: z.number() })

/** The links of a message. A message that is sent again has the same ones. */
export function linksOf(message: AlertMessage, { externalUrl, secret, validMs }: LinkConfig): MessageLinks {
  if (externalUrl === null) return { alerts: null, acknowledge: null }
  const alerts = `${externalUrl}${ALERTS_PATH}`
  const canAcknowledge = secret !== null && message.firingCount > 0 && message.reason !== 'acknowledged'
  if (!canAcknowledge) return { alerts, acknowledge: null }
  const token = signGrant(
    {
      groupKey: message.groupKey,
      upToMs: message.createdAtMs,
      receiver: message.destination.person ?? destinationKey(message.destination),
      expiresAtMs: message.createdAtMs + validMs,
    },
    secret,
  )
  return { alerts, acknowledge: `${externalUrl}${ACKNOWLEDGE_PATH}?token=${token}` }
}

/** A grant as a token: its content and an HMAC-SHA256 over it, both in base64url. */
export function signGrant({ groupKey, upToMs, receiver, expiresAtMs }: AcknowledgeGrant, secret: Secret): string {
  const content = JSON.stringify({ g: groupKey, u: upToMs, r: receiver, e: expiresAtMs })
  const body = Buffer.from(content).toString('base64url')
  return `${body}.${signature(body, secret).toString('base64url')}`
}

/** Reads a token that is ours and still valid. */
export function readGrant(token: string, secret: Secret, nowMs: number): AcknowledgeGrant | LinkRefusal {
  const [body, signed, ...more] = token.split('.')
  if (body === undefined || signed === undefined || more.length > 0) return 'malformed'
  const given = Buffer.from(signed, 'base64url')
  const expected = signature(body, secret)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged'
  const content = grant.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString()))
  if (!content.success) return 'malformed'
  const { g: groupKey, u: upToMs, r: receiver, e: expiresAtMs } = content.data
  return nowMs >= expiresAtMs ? 'expired' : { groupKey, upToMs, receiver, expiresAtMs }
}

/** The word in front keeps a signature from meaning anything elsewhere, should the secret be used there too. */
function signature(body: string, secret: Secret): Buffer {
  return createHmac('sha256', secret.reveal()).update(`acknowledge.${body}`).digest()
}
