import { StandInError } from '../stand-in-error.ts'
import { type Duck, quoteText } from '../storage/duck.ts'
import type { Options } from '../options.ts'
import type { Settings } from '../settings.ts'

/** Variables with the values of a fresh StarRocks (its page System variables). */
const defaults: Readonly<Record<string, string>> = {
  activate_all_roles_on_login: 'false',
  auto_increment_increment: '1',
  autocommit: 'true',
  batch_size: '4096',
  big_query_profile_threshold: '0s',
  catalog: 'default_catalog',
  cbo_decimal_cast_string_strict: 'true',
  cbo_enable_low_cardinality_optimize: 'true',
  character_set_client: 'utf8',
  character_set_connection: 'utf8',
  character_set_database: 'utf8',
  character_set_results: 'utf8',
  character_set_server: 'utf8',
  chunk_size: '4096',
  codegen_level: '0',
  collation_connection: 'utf8_general_ci',
  collation_database: 'utf8_general_ci',
  collation_server: 'utf8_general_ci',
  connector_io_tasks_per_scan_operator: '16',
  default_rowset_type: 'alpha',
  default_storage_engine: '',
  default_table_compression: 'lz4_frame',
  default_tmp_storage_engine: '',
  default_week_format: '0',
  disable_colocate_join: 'false',
  disable_streaming_preaggregations: 'false',
  div_precision_increment: '4',
  dynamic_overwrite: 'false',
  enable_async_profile: 'true',
  enable_insert_partial_update: 'true',
  enable_insert_strict: 'true',
  enable_load_profile: 'false',
  enable_materialized_view_rewrite: 'true',
  enable_materialized_view_union_rewrite: 'true',
  enable_parallel_merge: 'true',
  enable_pipeline_engine: 'true',
  enable_plan_advisor: 'true',
  enable_prepare_stmt: 'true',
  enable_profile: 'false',
  enable_query_cache: 'false',
  enable_query_queue_load: 'false',
  enable_query_queue_select: 'false',
  enable_query_queue_statistic: 'false',
  enable_short_circuit: 'false',
  enable_spill: 'false',
  enable_strict_order_by: 'true',
  enable_strict_type: 'false',
  event_scheduler: 'OFF',
  exec_mem_limit: '2147483648',
  follower_query_forward_mode: '',
  force_streaming_aggregate: 'false',
  foreign_key_checks: 'true',
  forward_to_leader: 'false',
  forward_to_master: 'false',
  group_concat_max_len: '1024',
  have_query_cache: 'NO',
  have_ssl: 'DISABLED',
  init_connect: '',
  innodb_read_only: 'true',
  insert_max_filter_ratio: '0.0',
  insert_timeout: '14400',
  interactive_timeout: '3600',
  io_tasks_per_scan_operator: '4',
  join_implementation_mode_v2: 'auto',
  language: '/starrocks/share/english/',
  license: 'Apache License 2.0',
  load_mem_limit: '0',
  log_rejected_record_num: '0',
  lower_case_table_names: '0',
  max_allowed_packet: '33554432',
  max_pushdown_conditions_per_column: '-1',
  max_scan_key_num: '-1',
  metadata_collect_query_timeout: '60',
  net_buffer_length: '16384',
  net_read_timeout: '60',
  net_write_timeout: '60',
  new_planner_optimize_timeout: '3000',
  optimizer_execution_mode: 'ROW',
  parallel_exchange_instance_num: '-1',
  parallel_fragment_exec_instance_num: '1',
  partial_update_mode: 'auto',
  performance_schema: 'OFF',
  pipeline_dop: '0',
  pipeline_profile_level: '1',
  prefer_compute_node: 'false',
  profiling: 'false',
  query_cache_size: '1048576',
  query_cache_type: '0',
  query_delivery_timeout: '300',
  query_mem_limit: '0',
  query_timeout: '300',
  range_pruner_max_predicate: '100',
  resource_group: '',
  rewrite_count_distinct_to_bitmap_hll: 'true',
  runtime_join_filter_push_down_limit: '1024000',
  scan_use_query_mem_ratio: '0.3',
  sql_auto_is_null: 'false',
  sql_dialect: 'StarRocks',
  sql_mode: 'ONLY_FULL_GROUP_BY',
  sql_mode_v2: 'ONLY_FULL_GROUP_BY',
  sql_quote_show_create: 'true',
  sql_safe_updates: '0',
  sql_select_limit: '9223372036854775807',
  statistic_collect_parallel: '1',
  storage_engine: 'olap',
  streaming_preaggregation_mode: 'auto',
  sync_materialized_view_rewrite: 'true',
  system_time_zone: 'Etc/UTC',
  thread_pool_size: '0',
  time_zone: 'Etc/UTC',
  transaction_isolation: 'REPEATABLE-READ',
  transaction_read_only: 'false',
  transaction_visible_wait_timeout: '10',
  tx_isolation: 'REPEATABLE-READ',
  tx_read_only: 'false',
  tx_visible_wait_timeout: '10',
  unique_checks: 'true',
  use_compute_nodes: '-1',
  wait_timeout: '28800',
}

/** They can be set for the whole system only. */
const globalOnly = new Set(
  'activate_all_roles_on_login character_set_database default_rowset_type enable_query_queue_load enable_query_queue_select enable_query_queue_statistic init_connect query_cache_size'.split(
    ' ',
  ),
)

/** They can be read only. */
const readOnly = new Set(
  'version version_comment license language lower_case_table_names system_time_zone have_query_cache performance_schema'.split(
    ' ',
  ),
)

/** Not in SHOW VARIABLES, but known: what the session is. */
const isShown = (name: string): boolean => name !== 'current_version' && name !== 'connection_id'

/**
 * The variables of the system and what SET GLOBAL made of them, for sessions that begin later, also after a restart: an FE
 * writes them to its journal (reference/starrocks.md 6; VariableMgr.java).
 */
export class SystemVariables {
  readonly #values: Map<string, string>
  readonly #duck: Duck

  readonly #settings: Settings

  private constructor({ version, settings }: Pick<Options, 'version' | 'settings'>, duck: Duck) {
    this.#duck = duck
    this.#settings = settings
    this.#values = new Map([
      ...Object.entries(defaults),
      ['version', settings.text('mysql_server_version')],
      ['version_comment', `StarRocks version ${version.current}`],
      ['current_version', version.current],
    ])
    if (!version.insertPartialUpdate) this.#values.delete('enable_insert_partial_update')
  }

  /** Reads what was set before; a variable that this version has not is left alone. */
  static async open(duck: Duck, options: Pick<Options, 'version' | 'settings'>): Promise<SystemVariables> {
    const system = new SystemVariables(options, duck)
    const stored = await duck.with(async (connection) => {
      await connection.run('CREATE TABLE IF NOT EXISTS sr.global_variables (name VARCHAR, value VARCHAR)')
      return await connection.texts('SELECT name, value FROM sr.global_variables')
    })
    for (const [name, value] of stored) {
      if (typeof name === 'string' && system.#values.has(name)) system.#values.set(name, value ?? '')
    }
    return system
  }

  /** The values that a session begins with. */
  snapshot(): Map<string, string> {
    return new Map(this.#values).set('version', this.#settings.text('mysql_server_version'))
  }

  /** @throws {StandInError} for a variable that is not known, or not to be set. */
  async setGlobal(name: string, value: string): Promise<void> {
    this.checkSettable(name)
    const key = quoteText(name)
    await this.#duck.with((connection) =>
      connection.transaction(
        `DELETE FROM sr.global_variables WHERE name = ${key}; INSERT INTO sr.global_variables VALUES (${key}, ${quoteText(value)})`,
      ),
    )
    this.#values.set(name, value)
  }

  /** @throws {StandInError} for a variable that is not known, or not to be set for one session. */
  checkSession(name: string): void {
    this.checkSettable(name)
    if (globalOnly.has(name)) {
      throw new StandInError(`Variable '${name}' is a GLOBAL variable and should be set with SET GLOBAL`, 1229)
    }
  }

  checkSettable(name: string): void {
    if (!this.#values.has(name) || !isShown(name)) throw new StandInError(`Unknown system variable '${name}'`, 1193)
    if (readOnly.has(name)) throw new StandInError(`Variable '${name}' is a read only variable`, 1621)
  }
}

/** The names that SHOW VARIABLES lists, in order. */
export const shownVariables = (values: ReadonlyMap<string, string>): [string, string][] =>
  [...values].filter(([name]) => isShown(name)).sort(([a], [b]) => (a < b ? -1 : 1))
