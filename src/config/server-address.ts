import { isIP } from 'node:net'
import { secret, type Secret } from './secret.ts'

/** The parts of an address such as `postgres://user:password@host:5432/name?key=value`, decoded. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly password: Secret | undefined
  /** What follows the host, without the slash; empty when nothing does. */
  readonly path: string
  readonly parameters: ReadonlyMap<string, string>
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    throw new RangeError('has a % that encodes nothing: write % as %25', { cause: error })
  }
}

/** The address as a URL. @throws {RangeError} when it cannot be one. */
function parseUrl(text: string, schemes: readonly [string, ...string[]], defaultPort: number): URL {
  // URL knows no user without a host, as libpq writes it for a socket: postgres://user@/db?host=/run
  const withHost = /[?&]host=/.test(text) ? text.replace(/^([a-z]+:\/\/[^@/?]*@)\//, '$1socket/') : text
  const url = URL.canParse(withHost) ? new URL(withHost) : null
  if (!url || !text.includes('://')) {
    const form = `${schemes[0]}://user@host:${defaultPort}`
    throw new RangeError(`is not an address such as ${form}; is a special character of the password not encoded?`)
  }
  if (!schemes.includes(url.protocol.slice(0, -1))) throw new RangeError(`does not begin with ${schemes[0]}://`)
  if (url.hash !== '') throw new RangeError('contains a #: in a password write it as %23')
  if (url.hostname.includes(',')) throw new RangeError('names several hosts: name one, that of the primary')
  return url
}

/**
 * Reads an address of one of the given schemes.
 * @throws {RangeError} with a text that never contains a part of the address.
 */
export function parseServerAddress(
  text: string,
  schemes: readonly [string, ...string[]],
  defaultPort: number,
): ServerAddress {
  const url = parseUrl(text, schemes, defaultPort)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return {
    host: isIP(host) === 6 ? host : decode(host),
    port: url.port === '' ? defaultPort : Number(url.port),
    user: url.username === '' ? undefined : decode(url.username),
    password: url.password === '' ? undefined : secret(decode(url.password)),
    path: decode(url.pathname.replace(/^\//, '')),
    parameters: new Map(url.searchParams),
  }
}
