import type { Transaction } from '../txn/transaction.ts'
import type { ServerVersion } from '../version.ts'

const defaults: Readonly<Record<string, string>> = {
  autocommit: '1',
  auto_increment_increment: '1',
  character_set_client: 'utf8',
  character_set_connection: 'utf8',
  character_set_results: 'utf8',
  character_set_server: 'utf8',
  collation_connection: 'utf8_general_ci',
  collation_server: 'utf8_general_ci',
  enable_insert_strict: 'true',
  init_connect: '',
  interactive_timeout: '3600',
  insert_max_filter_ratio: '0',
  language: '/starrocks/share/english/',
  license: 'Apache License 2.0',
  lower_case_table_names: '0',
  max_allowed_packet: '33554432',
  net_buffer_length: '16384',
  net_write_timeout: '60',
  performance_schema: '0',
  query_cache_size: '1048576',
  query_cache_type: '0',
  query_timeout: '300',
  sql_mode: 'ONLY_FULL_GROUP_BY',
  sql_select_limit: '9223372036854775807',
  system_time_zone: 'UTC',
  time_zone: 'UTC',
  transaction_isolation: 'READ-COMMITTED',
  transaction_read_only: '0',
  tx_isolation: 'READ-COMMITTED',
  tx_read_only: '0',
  version_comment: 'StarRocks stand-in',
  wait_timeout: '28800',
}

/** What one MySQL connection remembers. */
export class Session {
  readonly id: number
  readonly user: string
  database: string | undefined
  /** An SQL transaction under way (reference/starrocks.md 6). */
  transaction: Transaction | undefined
  readonly #variables = new Map<string, string>()
  readonly #version: ServerVersion

  constructor(id: number, user: string, version: ServerVersion) {
    this.id = id
    this.user = user
    this.#version = version
  }

  variable(name: string): string | undefined {
    const lower = name.toLowerCase()
    if (lower === 'version') return this.#version.mysqlVersion
    if (lower === 'current_version') return this.#version.current
    if (lower === 'connection_id') return String(this.id)
    return this.#variables.get(lower) ?? defaults[lower]
  }

  setVariable(name: string, value: string): void {
    this.#variables.set(name.toLowerCase(), value)
  }

  /** All variables in alphabetical order, for SHOW VARIABLES. */
  allVariables(): [string, string][] {
    const names = new Set([...Object.keys(defaults), ...this.#variables.keys(), 'version'])
    return [...names].sort().map((name) => [name, this.variable(name) ?? ''])
  }

  reset(): void {
    this.#variables.clear()
  }
}
