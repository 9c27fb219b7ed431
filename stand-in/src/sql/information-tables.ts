/** A table of information_schema whose rows are in DuckDB, and the columns that say whom a row is for. */
interface StoredInformation {
  readonly sql: string
  readonly database: string
  readonly table?: string | undefined
}

const systemDatabases = `VALUES ('def', '_statistics_', 'utf8', 'utf8_general_ci', NULL), ('def', 'information_schema', 'utf8', 'utf8_general_ci', NULL), ('def', 'sys', 'utf8', 'utf8_general_ci', NULL)`

/** TABLE_ROWS is what DuckDB estimates, as StarRocks' is what the tablets last reported. */
const tablesWithRows = `SELECT t.* REPLACE (coalesce(d.estimated_size, 0) AS TABLE_ROWS) FROM info.tables t
  LEFT JOIN info.tables_config c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
  LEFT JOIN duckdb_tables() d ON d.schema_name = 'data' AND d.table_name = 't' || c.TABLE_ID`

/** `_statistics_.loads_history` has the columns of information_schema.loads in lower case (6). */
const loadsHistory =
  'id label profile_id db_name table_name user warehouse state progress type priority scan_rows scan_bytes filtered_rows unselected_rows sink_rows runtime_details create_time load_start_time load_commit_time load_finish_time properties error_msg tracking_sql rejected_record_path'
    .split(' ')
    .map((column) => `"${column}" AS "${column}"`)
    .join(', ')

/** The tables of `_statistics_`, by lower-case name. */
export const storedStatisticsTables: Readonly<Record<string, StoredInformation>> = {
  loads_history: { sql: `(SELECT ${loadsHistory} FROM info.loads)`, database: 'db_name' },
}

/** The tables of information_schema, by lower-case name (reference/starrocks.md 6). */
export const storedInformationTables: Readonly<Record<string, StoredInformation>> = {
  schemata: { sql: `(SELECT * FROM info.schemata UNION ALL ${systemDatabases})`, database: 'SCHEMA_NAME' },
  tables: { sql: `(${tablesWithRows})`, database: 'TABLE_SCHEMA', table: 'TABLE_NAME' },
  columns: { sql: 'info.columns', database: 'TABLE_SCHEMA', table: 'TABLE_NAME' },
  tables_config: { sql: 'info.tables_config', database: 'TABLE_SCHEMA', table: 'TABLE_NAME' },
  loads: { sql: 'info.loads', database: 'DB_NAME' },
  load_tracking_logs: { sql: 'info.load_tracking_logs', database: 'DATABASE_NAME' },
  views: { sql: 'info.empty_views', database: 'TABLE_SCHEMA', table: 'TABLE_NAME' },
}

/** Tables that are empty in StarRocks too, or hold what the stand-in has none of, with their columns. */
export const emptyInformationTables: Readonly<Record<string, string>> = {
  statistics:
    'TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, NON_UNIQUE BIGINT, INDEX_SCHEMA, INDEX_NAME, SEQ_IN_INDEX BIGINT, COLUMN_NAME, COLLATION, CARDINALITY BIGINT, SUB_PART BIGINT, PACKED, NULLABLE, INDEX_TYPE, COMMENT, INDEX_COMMENT',
  key_column_usage:
    'CONSTRAINT_CATALOG, CONSTRAINT_SCHEMA, CONSTRAINT_NAME, TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION BIGINT, POSITION_IN_UNIQUE_CONSTRAINT BIGINT, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME',
  table_constraints:
    'CONSTRAINT_CATALOG, CONSTRAINT_SCHEMA, CONSTRAINT_NAME, TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_TYPE',
  referential_constraints:
    'CONSTRAINT_CATALOG, CONSTRAINT_SCHEMA, CONSTRAINT_NAME, UNIQUE_CONSTRAINT_CATALOG, UNIQUE_CONSTRAINT_SCHEMA, UNIQUE_CONSTRAINT_NAME, MATCH_OPTION, UPDATE_RULE, DELETE_RULE, TABLE_NAME, REFERENCED_TABLE_NAME',
  routines:
    'SPECIFIC_NAME, ROUTINE_CATALOG, ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, DTD_IDENTIFIER, ROUTINE_BODY, ROUTINE_DEFINITION, EXTERNAL_NAME, EXTERNAL_LANGUAGE, PARAMETER_STYLE, IS_DETERMINISTIC, SQL_DATA_ACCESS, SQL_PATH, SECURITY_TYPE, CREATED TIMESTAMP, LAST_ALTERED TIMESTAMP, SQL_MODE, ROUTINE_COMMENT, DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION',
  triggers:
    'TRIGGER_CATALOG, TRIGGER_SCHEMA, TRIGGER_NAME, EVENT_MANIPULATION, EVENT_OBJECT_CATALOG, EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, ACTION_ORDER BIGINT, ACTION_CONDITION, ACTION_STATEMENT, ACTION_ORIENTATION, ACTION_TIMING, ACTION_REFERENCE_OLD_TABLE, ACTION_REFERENCE_NEW_TABLE, ACTION_REFERENCE_OLD_ROW, ACTION_REFERENCE_NEW_ROW, CREATED TIMESTAMP, SQL_MODE, DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION',
  events:
    'EVENT_CATALOG, EVENT_SCHEMA, EVENT_NAME, DEFINER, TIME_ZONE, EVENT_BODY, EVENT_DEFINITION, EVENT_TYPE, EXECUTE_AT TIMESTAMP, INTERVAL_VALUE, INTERVAL_FIELD, SQL_MODE, STARTS TIMESTAMP, ENDS TIMESTAMP, STATUS, ON_COMPLETION, CREATED TIMESTAMP, LAST_ALTERED TIMESTAMP, LAST_EXECUTED TIMESTAMP, EVENT_COMMENT, ORIGINATOR BIGINT, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION',
  column_privileges: 'GRANTEE, TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, PRIVILEGE_TYPE, IS_GRANTABLE',
  partitions:
    'TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, PARTITION_NAME, SUBPARTITION_NAME, PARTITION_ORDINAL_POSITION BIGINT, PARTITION_METHOD, SUBPARTITION_METHOD, PARTITION_EXPRESSION, SUBPARTITION_EXPRESSION, PARTITION_DESCRIPTION, TABLE_ROWS BIGINT, AVG_ROW_LENGTH BIGINT, DATA_LENGTH BIGINT, MAX_DATA_LENGTH BIGINT, INDEX_LENGTH BIGINT, DATA_FREE BIGINT, CREATE_TIME TIMESTAMP, UPDATE_TIME TIMESTAMP, CHECK_TIME TIMESTAMP, CHECKSUM BIGINT, PARTITION_COMMENT, NODEGROUP, TABLESPACE_NAME',
  materialized_views:
    'MATERIALIZED_VIEW_ID BIGINT, TABLE_SCHEMA, TABLE_NAME, REFRESH_TYPE, IS_ACTIVE, INACTIVE_REASON, PARTITION_TYPE, TASK_ID BIGINT, TASK_NAME, LAST_REFRESH_STATE, TABLE_ROWS BIGINT, MATERIALIZED_VIEW_DEFINITION',
  tasks: 'TASK_NAME, CREATE_TIME TIMESTAMP, SCHEDULE, CATALOG, DATABASE, DEFINITION, EXPIRE_TIME TIMESTAMP',
  task_runs:
    'QUERY_ID, TASK_NAME, CREATE_TIME TIMESTAMP, FINISH_TIME TIMESTAMP, STATE, CATALOG, DATABASE, DEFINITION, EXPIRE_TIME TIMESTAMP, ERROR_CODE BIGINT, ERROR_MESSAGE, PROGRESS',
}
