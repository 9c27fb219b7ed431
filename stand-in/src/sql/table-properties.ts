import { analyzingError } from '../stand-in-error.ts'
import type { ServerVersion } from '../version.ts'

/** Properties that CREATE TABLE takes; those with a dot at the end are the beginnings of names. */
const known = [
  'replication_num storage_medium storage_cooldown_time storage_cooldown_ttl partition_live_number partition_ttl',
  'partition_ttl_number partition_retention_condition colocate_with bloom_filter_columns bloom_filter_fpp in_memory',
  'enable_persistent_index persistent_index_type replicated_storage write_quorum compression bucket_size mutable_bucket_num',
  'unique_constraints foreign_key_constraints storage_format storage_type storage_volume enable_async_write_back',
  'binlog_enable binlog_ttl_second binlog_max_size primary_index_cache_expire_sec labels.location tablet_type',
  'base_compaction_forbidden_time_ranges file_bundling compaction_strategy enable_statistic_collect_on_first_load',
  'dynamic_partition. datacache. default. flat_json.',
]
  .join(' ')
  .split(' ')

/** Properties that ALTER TABLE ... SET changes; `fast_schema_evolution` can be given at CREATE only (reference/starrocks.md 5). */
const settable = [
  'replication_num storage_medium storage_cooldown_ttl partition_live_number partition_ttl partition_ttl_number',
  'partition_retention_condition colocate_with bloom_filter_columns bloom_filter_fpp in_memory enable_persistent_index',
  'replicated_storage write_quorum bucket_size mutable_bucket_num unique_constraints foreign_key_constraints',
  'primary_index_cache_expire_sec binlog_enable binlog_ttl_second binlog_max_size labels.location',
  'base_compaction_forbidden_time_ranges dynamic_partition. datacache. default. flat_json.',
]
  .join(' ')
  .split(' ')

function checkNames(properties: Readonly<Record<string, string>>, allowed: readonly string[]): void {
  const unknown = Object.entries(properties).filter(
    ([name]) => !allowed.some((other) => (other.endsWith('.') ? name.startsWith(other) : name === other)),
  )
  if (unknown.length === 0) return
  throw analyzingError(`Unknown properties: {${unknown.map(([name, value]) => `${name}=${value}`).join(', ')}}`)
}

/** @throws {StandInError} for properties of CREATE TABLE that the version does not know. */
export function checkCreateProperties(properties: Readonly<Record<string, string>>, version: ServerVersion): void {
  checkNames(properties, version.fastSchemaEvolution ? [...known, 'fast_schema_evolution'] : known)
}

/** @throws {StandInError} for properties that ALTER TABLE ... SET cannot change. */
export function checkSettableProperties(properties: Readonly<Record<string, string>>): void {
  checkNames(properties, settable)
}

/** What a table has that names no properties, as SHOW CREATE TABLE tells it. */
export function defaultProperties(version: ServerVersion): Record<string, string> {
  return {
    compression: 'LZ4',
    enable_persistent_index: 'true',
    ...(version.fastSchemaEvolution ? { fast_schema_evolution: String(version.fastSchemaEvolutionDefault) } : {}),
    replicated_storage: 'true',
    replication_num: '3',
  }
}
