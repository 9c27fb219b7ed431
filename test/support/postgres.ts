import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { waitFor } from './wait-for.ts'

/** A session that just ended stands in pg_stat_activity a moment longer. */
const GRACE_MS = 3_000

/** Row of a query as the test names it; values as `pg` parses them (bigint and numeric as text). */
export type ResultRow = Record<string, unknown>

/** Is told what a test left behind: one phrase for each connection, slot and publication. */
export type LeakReport = (leaks: readonly string[]) => void

/** Where a test database is made, and how it ends. */
export interface OpenDatabaseOptions {
  /** Superuser's connection to another cluster than the one that the run shares. */
  readonly clusterUrl?: string | undefined
  /** By default lets the test fail, beside the error that the test may have of its own. */
  readonly reportLeaks?: LeakReport | undefined
}

/**
 * Makes a fresh, empty database of its own for one test, in the cluster that the run shares.
 *
 * @example
 * await using database = await openDatabase()
 * await database.query('create table orders (id int primary key)')
 */
export async function openDatabase(options: OpenDatabaseOptions = {}): Promise<TestDatabase> {
  const { clusterUrl = inject('postgresUrl'), reportLeaks = failTheTest() } = options
  const name = `test_${randomBytes(6).toString('hex')}`
  await onCluster(clusterUrl, (client) => client.query(`create database ${name} template template0`))
  return new TestDatabase(clusterUrl, name, reportLeaks)
}

/**
 * An error of `await using` hides the one that ended the test in a SuppressedError, which no report prints well: so
 * leaks are reported when the test has ended.
 */
function failTheTest(): LeakReport {
  const all: string[] = []
  const failOnLeaks = () => {
    if (all.length > 0) throw new Error(`The test left behind: ${all.join('; ')}.`)
  }
  try {
    onTestFinished(failOnLeaks)
    return (leaks) => void all.push(...leaks)
  } catch {
    // Not called inside a test but in a hook.
    return (leaks) => {
      all.push(...leaks)
      failOnLeaks()
    }
  }
}

/**
 * A database that lives as long as one test. At its end it is dropped, and the test fails when something else than this
 * object still holds on to it: a connection, a replication slot or a publication.
 */
export class TestDatabase {
  readonly name: string
  readonly #clusterUrl: string
  readonly #reportLeaks: LeakReport
  readonly #clients = new Set<pg.Client>()
  #queryClient: Promise<pg.Client> | undefined

  constructor(clusterUrl: string, name: string, reportLeaks: LeakReport) {
    this.#clusterUrl = clusterUrl
    this.name = name
    this.#reportLeaks = reportLeaks
  }

  /** The superuser's connection to this database. */
  get url(): string {
    const url = new URL(this.#clusterUrl)
    url.pathname = `/${this.name}`
    return url.href
  }

  /** Runs one statement on a session that this object keeps while the server runs, and returns its rows. */
  async query<Row extends ResultRow = ResultRow>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    const client = await (this.#queryClient ??= this.#openQueryClient())
    return (await client.query<Row>(sql, [...params])).rows
  }

  async #openQueryClient(): Promise<pg.Client> {
    const client = await this.connect()
    client.once('end', () => (this.#queryClient = undefined))
    return client
  }

  /** Opens a session of its own, for transactions and locks. Ended with the database, if not before. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url })
    // A session that the server ends tells it by this event too; the test sees it in its next query.
    client.on('error', () => undefined)
    await client.connect()
    this.#clients.add(client)
    client.once('end', () => this.#clients.delete(client))
    return client
  }

  /**
   * Drops the slots and publications that this test made on purpose, as the last step before its end.
   *
   * @throws {Error} when a slot is still in use.
   */
  async dropReplication(): Promise<void> {
    await waitFor(async () => (await this.#find(ACTIVE_SLOTS)).length === 0, {
      timeoutMs: GRACE_MS,
      describe: async () => `slots to be free: ${(await this.#find(ACTIVE_SLOTS)).join(', ')}`,
    })
    await this.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1', [
      this.name,
    ])
    for (const { name } of await this.query<{ name: string }>(
      'select quote_ident(pubname) as name from pg_publication',
    )) {
      await this.query(`drop publication ${name}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const publications = await this.query<{ leak: string }>(
      `select 'publication ' || pubname as leak from pg_publication`,
    )
    await Promise.all([...this.#clients].map((client) => client.end()))
    const slots = await this.#find(SLOTS)
    const connections = await this.#findLeakedConnections()
    await this.#drop()
    const leaks = [...connections, ...slots, ...publications.map(({ leak }) => leak)]
    if (leaks.length > 0) this.#reportLeaks(leaks)
  }

  async #findLeakedConnections(): Promise<readonly string[]> {
    try {
      await waitFor(async () => (await this.#find(CONNECTIONS)).length === 0, {
        timeoutMs: GRACE_MS,
        describe: 'connections to end',
      })
      return []
    } catch {
      return this.#find(CONNECTIONS)
    }
  }

  async #find(sql: string): Promise<readonly string[]> {
    return onCluster(this.#clusterUrl, async (client) => {
      const { rows } = await client.query<{ leak: string }>(sql, [this.name])
      return rows.map(({ leak }) => leak)
    })
  }

  async #drop(): Promise<void> {
    await onCluster(this.#clusterUrl, async (client) => {
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [this.name])
      await waitFor(async () => (await this.#find(ACTIVE_SLOTS)).length === 0, {
        describe: 'terminated sessions to end',
      })
      await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1', [
        this.name,
      ])
      await client.query(`drop database ${this.name} with (force)`)
    })
  }
}

const SLOTS = `select 'replication slot ' || slot_name as leak from pg_replication_slots where database = $1`

const ACTIVE_SLOTS = `${SLOTS} and active`

const CONNECTIONS = `
  select format('%s %s (%s): %s', backend_type, pid, coalesce(nullif(application_name, ''), 'no name'), left(query, 200)) as leak
  from pg_stat_activity where datname = $1 and backend_type in ('client backend', 'walsender')`

async function onCluster<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
