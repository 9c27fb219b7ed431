import type { ConnectionOptions as NodeTlsOptions } from 'node:tls'
import type { ClientConfig } from 'pg'

/**
 * How the connection is protected, with libpq's words: `prefer` encrypts when the server can, `require` always and checks
 * nothing, `verify-ca` checks the certificate's chain, `verify-full` the host name too.
 */
type TlsMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

/** TLS towards PostgreSQL. `ca`, `cert` and `key` are PEM texts. */
interface TlsOptions {
  readonly mode: TlsMode
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/** Where PostgreSQL is and who we are there. */
export interface ConnectionOptions {
  /** A name, an address, or the directory of a unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password?: string | undefined
  readonly tls: TlsOptions
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  /** Default 10 000. */
  readonly connectTimeoutMs?: number | undefined
}

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_DELAY_MS = 10_000

/** Whether a connection of these options is encrypted; null when that is the server's choice. */
export function usesTls(options: ConnectionOptions): boolean | null {
  // A unix socket is never encrypted.
  if (options.tls.mode === 'disable' || options.host.startsWith('/')) return false
  return options.tls.mode === 'prefer' ? null : true
}

/** The client library's configuration, but for the socket and the session's settings. */
export function clientConfig(options: ConnectionOptions, encrypted: boolean): ClientConfig {
  return {
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    password: options.password,
    application_name: options.applicationName,
    ssl: encrypted ? tlsSettings(options.tls) : false,
    connectionTimeoutMillis: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
  }
}

function tlsSettings(tls: TlsOptions): NodeTlsOptions {
  const settings: NodeTlsOptions = { rejectUnauthorized: tls.mode === 'verify-ca' || tls.mode === 'verify-full' }
  if (tls.mode === 'verify-ca') settings.checkServerIdentity = () => undefined
  if (tls.ca !== undefined) settings.ca = tls.ca
  if (tls.cert !== undefined) settings.cert = tls.cert
  if (tls.key !== undefined) settings.key = tls.key
  return settings
}
