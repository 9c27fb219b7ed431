import { Socket } from 'node:net'
import pg from 'pg'
import type { Clock } from '../../../core/clock.ts'
import { PINNED_SETTINGS } from '../pinned-settings.ts'
import { clientConfig, usesTls, type ConnectionOptions } from './connection-options.ts'
import { sourceError } from '../wire/server-error.ts'
import { Session } from './session.ts'

/** What is particular about one session. */
export interface SessionRequest {
  /** Settings beside {@link SESSION_SETTINGS}, fixed from the start. */
  readonly settings?: Readonly<Record<string, string>> | undefined
  /** `database` makes it a walsender that takes replication commands and plain statements. */
  readonly replication?: 'database' | undefined
  /** Makes the socket, not yet connected, for a connection that is encrypted or not. */
  readonly createSocket?: ((encrypted: boolean) => Socket) | undefined
}

/**
 * What our statements need beside {@link PINNED_SETTINGS}, whose `search_path` also keeps a user's objects from standing
 * in for functions that we name.
 *
 * - `row_security` off: a row-level policy that would hide rows from us raises an error instead.
 */
const SESSION_SETTINGS = {
  ...PINNED_SETTINGS,
  standard_conforming_strings: 'on',
  row_security: 'off',
} as const

/** The client library's answer when the server has no TLS. */
const NO_TLS = /does not support SSL/

/** Opens sessions to one database. Learns from the first one whether the server offers TLS, where that is its choice. */
export class Connector {
  readonly #options: ConnectionOptions
  readonly #clock: Clock
  #encrypted: boolean | null

  constructor(options: ConnectionOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
    this.#encrypted = usesTls(options)
  }

  /** Connects. @throws {SyncError} SOURCE_UNREACHABLE, SOURCE_AUTH. The caller closes the session. */
  async open(request: SessionRequest = {}): Promise<Session> {
    if (this.#encrypted !== null) return await this.#connect(request, this.#encrypted)
    try {
      const session = await this.#connect(request, true)
      this.#encrypted = true
      return session
    } catch (error) {
      if (!(error instanceof Error) || !NO_TLS.test(error.message)) throw error
    }
    this.#encrypted = false
    return await this.#connect(request, false)
  }

  /** The client library's configuration for whoever opens a connection by itself. @throws {SyncError} as {@link open} */
  async config(): Promise<pg.ClientConfig> {
    if (this.#encrypted === null) await (await this.open())[Symbol.asyncDispose]()
    return clientConfig(this.#options, this.#encrypted === true)
  }

  async #connect(request: SessionRequest, encrypted: boolean): Promise<Session> {
    const socket = request.createSocket?.(encrypted) ?? new Socket()
    const config = {
      ...clientConfig(this.#options, encrypted),
      options: startupOptions({ ...SESSION_SETTINGS, ...request.settings }),
      ...(request.replication === undefined ? {} : { replication: request.replication }),
      stream: () => socket,
    }
    const client = new pg.Client(config)
    const session = new Session(client, socket, this.#clock)
    try {
      await client.connect()
      return session
    } catch (error) {
      socket.destroy()
      throw sourceError(error, `cannot connect to PostgreSQL at ${config.host}:${config.port}`, 'connect')
    }
  }
}

/** @see PostgreSQL manual, "options" of libpq's connection parameters: a backslash escapes spaces and backslashes */
function startupOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, String.raw`\$&`)}`)
    .join(' ')
}
