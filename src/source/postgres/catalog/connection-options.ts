import { checkServerIdentity, type ConnectionOptions as NodeTlsOptions } from 'node:tls'
import type { ClientConfig } from 'pg'
import { SyncError } from '../../../core/sync-error.ts'

/**
 * How far a server's certificate is checked, with libpq's meanings: `require` encrypts and checks nothing, `verify-ca`
 * checks the chain, `verify-full` the host name too.
 */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full'

/** TLS towards PostgreSQL. `ca`, `cert` and `key` are PEM texts. */
export interface TlsOptions {
  readonly mode: TlsMode
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** Name that the certificate must carry, when it is not the host's. */
  readonly serverName?: string | undefined
}

/** Where PostgreSQL is and who we are there. */
export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database?sslmode=...`; `host=/dir` in the query names a unix socket's folder. */
  readonly url: string
  /** Wins over the URL's `sslmode`. Without either the connection is not encrypted. */
  readonly tls?: TlsOptions | undefined
  /** Default 10 000. */
  readonly connectTimeoutMs?: number | undefined
}

const DEFAULT_PORT = 5432
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_DELAY_MS = 10_000

/**
 * The client configuration of one connection, but for its `stream`.
 *
 * `settings` are fixed by the startup message, so they hold before the first statement and no pooled state can undo them.
 *
 * @throws {SyncError} CONFIG_INVALID when the URL cannot be read. The message never holds the URL: it has the password.
 */
export function clientConfig(
  options: ConnectionOptions,
  applicationName: string,
  settings: Readonly<Record<string, string>>,
): ClientConfig {
  const url = parseUrl(options.url)
  const tls = tlsOf(options, url)
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
  return {
    host: host === '' ? 'localhost' : host.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    user: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    database: decodeURIComponent(url.pathname.slice(1)) || undefined,
    application_name: applicationName,
    ssl: tls.mode === 'disable' ? false : tlsSettings(tls),
    options: startupOptions(settings),
    connectionTimeoutMillis: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
  }
}

/** Whether the connection is encrypted. @throws {SyncError} CONFIG_INVALID */
export function usesTls(options: ConnectionOptions): boolean {
  return tlsOf(options, parseUrl(options.url)).mode !== 'disable'
}

function tlsOf(options: ConnectionOptions, url: URL): TlsOptions {
  return options.tls ?? { mode: tlsModeOf(url.searchParams.get('sslmode')) }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new SyncError('CONFIG_INVALID', 'source.url is not a URL of the form postgres://user@host:5432/database')
  }
  return url
}

function tlsModeOf(sslmode: string | null): TlsMode {
  switch (sslmode) {
    case null:
    case 'disable':
    case 'allow':
    case 'prefer':
      return 'disable'
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return sslmode
    default:
      throw new SyncError('CONFIG_INVALID', `source.url: sslmode=${sslmode} is not known`, {
        remedy: 'Use disable, require, verify-ca or verify-full.',
      })
  }
}

function tlsSettings(tls: TlsOptions): NodeTlsOptions {
  const { serverName } = tls
  const settings: NodeTlsOptions = { rejectUnauthorized: tls.mode !== 'require' }
  // The client sets `servername` to the host itself, so another name can only be asked for here.
  if (serverName !== undefined) settings.checkServerIdentity = (_host, cert) => checkServerIdentity(serverName, cert)
  if (tls.mode === 'verify-ca') settings.checkServerIdentity = () => undefined
  if (tls.ca !== undefined) settings.ca = tls.ca
  if (tls.cert !== undefined) settings.cert = tls.cert
  if (tls.key !== undefined) settings.key = tls.key
  return settings
}

/** @see PostgreSQL manual, "options" of libpq connection parameters: spaces and backslashes are escaped by a backslash. */
function startupOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, String.raw`\$&`)}`)
    .join(' ')
}
