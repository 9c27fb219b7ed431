import { timingSafeEqual, createHash } from 'node:crypto'
import type { ApiToken } from '../app/monitor/monitor-setup.ts'

/** Who asks for a change. */
export interface Asker {
  /** Address of the other end of the connection. */
  readonly remoteAddress: string | undefined
  readonly authorization: string | undefined
  /** Of a page in a browser; absent for programs. */
  readonly origin: string | undefined
  /** What the client took for our address. */
  readonly host: string | undefined
  /** Who the client says that it is, in `x-sync-actor`: whoever may change something is believed. */
  readonly claim: string | undefined
}

/** Why a change is refused. */
export type Refusal = 'no-token' | 'wrong-token' | 'not-loopback' | 'foreign-page'

/** Whether a change is allowed, and who is named as its author. */
export type Admission =
  | { readonly tag: 'allowed'; readonly actor: string }
  | { readonly tag: 'refused'; readonly refusal: Refusal }

/** Whoever asks from this machine and does not say who it is. */
const LOCAL = 'api:local'
const CLAIM = /^[\w.@:+-]{1,64}$/

/**
 * Whether a change is allowed: with configured tokens, to whoever has one; without any, from loopback only, and not to a page of another
 * site in a browser on this machine. Pure.
 */
export function admissionOf(asker: Asker, tokens: readonly ApiToken[]): Admission {
  if (tokens.length === 0) {
    const refusal = localRefusal(asker)
    return refusal === null ? { tag: 'allowed', actor: actorOf(asker, LOCAL) } : { tag: 'refused', refusal }
  }
  if (asker.authorization === undefined) return { tag: 'refused', refusal: 'no-token' }
  // Every token is compared, so that the time tells nothing about which one is near.
  const [known] = tokens.filter(({ token }) => equal(asker.authorization ?? '', `Bearer ${token}`))
  return known ? { tag: 'allowed', actor: actorOf(asker, known.actor) } : { tag: 'refused', refusal: 'wrong-token' }
}

function actorOf({ claim }: Asker, otherwise: string): string {
  return claim !== undefined && CLAIM.test(claim) ? claim : otherwise
}

function localRefusal(asker: Asker): Refusal | null {
  if (!isLoopback(asker.remoteAddress)) return 'not-loopback'
  if (asker.origin !== undefined && asker.origin !== `http://${asker.host}`) return 'foreign-page'
  return isLocalName(asker.host) ? null : 'foreign-page'
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address)
}

/** A name of another site may lead here by DNS; a local name cannot. */
function isLocalName(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(host)
}

/** In a time that tells nothing about the token. */
function equal(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
