import { timingSafeEqual, createHash } from 'node:crypto'

/** Who asks for a change. */
export interface Asker {
  /** Address of the other end of the connection. */
  readonly remoteAddress: string | undefined
  readonly authorization: string | undefined
  /** Of a page in a browser; absent for programs. */
  readonly origin: string | undefined
  /** What the client took for our address. */
  readonly host: string | undefined
}

/** Why a change is refused; null when it is allowed. */
export type Refusal = 'no-token' | 'wrong-token' | 'not-loopback' | 'foreign-page'

/**
 * Whether a change is allowed: with a configured token, to whoever has it; without one, from loopback only, and not to a page of another
 * site in a browser on this machine. Pure.
 */
export function refusalOf(asker: Asker, token: string | null): Refusal | null {
  if (token !== null) {
    if (asker.authorization === undefined) return 'no-token'
    return equal(asker.authorization, `Bearer ${token}`) ? null : 'wrong-token'
  }
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
