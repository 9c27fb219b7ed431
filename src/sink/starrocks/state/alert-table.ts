import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { AlertRow, AlertStore } from '../../../core/alert-store.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { digest } from '../labels.ts'
import type { SqlClient } from '../mysql/sql-client.ts'
import { quoteString, quoteTable } from '../sql-text.ts'
import { isMissing } from '../tables/target-catalog.ts'
import { selectSystemTableSql, systemTableSql, type SystemTable } from './system-table.ts'

/** One row per thing that alerting remembers. */
export const ALERT_TABLE: SystemTable = {
  name: '_sync_alerts',
  keyColumns: ['row_key'],
  columns: {
    row_key: 'VARCHAR(40)',
    pipeline: 'VARCHAR(120)',
    kind: 'VARCHAR(20)',
    item: 'VARCHAR(65533)',
    version: 'BIGINT',
    body: 'VARCHAR(1048576)',
  },
}

/** A longer body is stored compressed. Statements have a limit of their own. */
const COMPRESS_FROM_CHARACTERS = 64 * 1024
const COMPRESSED = 'deflate:'
const LONGEST_STATEMENT = 256 * 1024
const HISTORY = 'history'

/** Where the table is, and whose rows count. */
export interface AlertTableOptions {
  readonly database: string
  readonly pipeline: string
  readonly properties: Readonly<Record<string, string>>
}

/** Alerting's memory as a table of the target. Makes the table when it is first written. */
export class AlertTable implements AlertStore {
  readonly #sql: SqlClient
  readonly #options: AlertTableOptions
  #isMade = false

  constructor(sql: SqlClient, options: AlertTableOptions) {
    this.#sql = sql
    this.#options = options
  }

  async load(): Promise<readonly AlertRow[]> {
    return await this.#select(`${this.#ours()} AND \`kind\` <> '${HISTORY}'`)
  }

  async write(rows: readonly AlertRow[]): Promise<void> {
    const { database, properties } = this.#options
    if (!this.#isMade) {
      await this.#sql.execute(systemTableSql(database, ALERT_TABLE, properties))
      this.#isMade = true
    }
    const columns = Object.keys(ALERT_TABLE.columns).join(', ')
    const head = `INSERT INTO ${quoteTable(database, ALERT_TABLE.name)} (${columns}) VALUES `
    for (const statement of packed(rows.map((row) => this.#values(row)))) {
      await this.#sql.execute(head + statement)
    }
  }

  async history(limit: number): Promise<readonly AlertRow[]> {
    return await this.#select(`${this.#ours()} AND \`kind\` = '${HISTORY}' ORDER BY \`version\` DESC LIMIT ${limit}`)
  }

  async forget(beforeVersion: number): Promise<void> {
    const from = quoteTable(this.#options.database, ALERT_TABLE.name)
    const outdated = `\`version\` < ${beforeVersion} AND (\`kind\` = '${HISTORY}' OR \`body\` IS NULL)`
    try {
      await this.#sql.execute(`DELETE FROM ${from} WHERE ${this.#ours()} AND ${outdated}`)
    } catch (error) {
      // The table is made with the first row: there is nothing to forget before.
      if (!isMissing(error)) throw error
    }
  }

  async #select(condition: string): Promise<readonly AlertRow[]> {
    try {
      const { rows } = await this.#sql.select(selectSystemTableSql(this.#options.database, ALERT_TABLE, condition))
      return rows.map(decodeAlertRow)
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  }

  #values({ kind, key, version, body }: AlertRow): string {
    const { pipeline } = this.#options
    const texts = [digest(32, pipeline, kind, key), pipeline, kind, key].map(quoteString)
    return `(${texts.join(', ')}, ${version}, ${body === null ? 'NULL' : quoteString(encodeBody(body))})`
  }

  #ours(): string {
    return `\`pipeline\` = ${quoteString(this.#options.pipeline)}`
  }
}

/** Rows joined into statements that are not too long. */
function packed(values: readonly string[]): readonly string[] {
  const statements: string[] = []
  let current = ''
  for (const value of values) {
    if (current !== '' && current.length + value.length > LONGEST_STATEMENT) {
      statements.push(current)
      current = ''
    }
    current = current === '' ? value : `${current}, ${value}`
  }
  return current === '' ? statements : [...statements, current]
}

/** A body as its column holds it. */
export function encodeBody(body: string): string {
  return body.length < COMPRESS_FROM_CHARACTERS ? body : COMPRESSED + deflateRawSync(body).toString('base64')
}

/** Reads a row of the table. @throws {SyncError} TARGET_SHAPE when it has another form. */
export function decodeAlertRow(row: readonly (string | null)[]): AlertRow {
  const [, , kind, key, version, body = null] = row
  try {
    if (kind == null || key == null || version == null) throw new RangeError('a column is NULL')
    const isCompressed = body?.startsWith(COMPRESSED) === true
    const text = isCompressed ? inflateRawSync(Buffer.from(body.slice(COMPRESSED.length), 'base64')).toString() : body
    return { kind, key, version: Number(version), body: text }
  } catch (cause) {
    throw new SyncError('TARGET_SHAPE', `a row of ${ALERT_TABLE.name} cannot be read`, {
      cause,
      remedy: `Do not write into ${ALERT_TABLE.name}; drop it to let alerting forget what it has told.`,
    })
  }
}
