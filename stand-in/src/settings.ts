import type { ServerVersion } from './version.ts'

/** Whose configuration a setting belongs to; `stand-in`: no StarRocks has it. */
export type SettingOwner = 'fe' | 'be' | 'stand-in'

/** One setting: StarRocks' own name where StarRocks has it, so that its manual applies. */
interface SettingDef {
  readonly owner: SettingOwner
  readonly value: string | ((version: ServerVersion) => string)
  /** Section of reference/starrocks.md. */
  readonly section: string
  readonly doc: string
}

const fe = (value: SettingDef['value'], section: string, doc: string): SettingDef => ({
  owner: 'fe',
  value,
  section,
  doc,
})
const be = (value: string, section: string, doc: string): SettingDef => ({ owner: 'be', value, section, doc })
const own = (value: string, section: string, doc: string): SettingDef => ({ owner: 'stand-in', value, section, doc })

/** Every setting with its default. */
export const settingDefs = {
  max_running_txn_num_per_db: fe(
    (version) => String(version.maxRunningTxnsPerDb),
    '7',
    'transactions in PREPARE or PREPARED for each database',
  ),
  label_keep_max_num: fe('1000', '1.4', 'finished transactions remembered for each database, whatever their age'),
  label_keep_max_second: fe('259200', '1.4', 'seconds that a finished transaction is remembered'),
  stream_load_task_keep_max_num: fe('1000', '2.1', 'multi-table labels remembered in the cluster'),
  stream_load_default_timeout_second: fe('600', '1.2', 'timeout of loads and transactions that name none'),
  max_stream_load_timeout_second: fe('259200', '1.2', 'the longest timeout that a load or transaction may name'),
  min_load_timeout_second: fe('1', '1.2', 'the shortest one'),
  prepared_transaction_default_timeout_second: fe(
    '86400',
    '2',
    'seconds after which a PREPARED transaction is aborted',
  ),
  stream_load_max_txn_num_per_be: fe('-1', '6.1', 'stream load transactions begun on one BE; -1: any number'),
  empty_load_as_error: fe('true', '1.3', 'whether a load without rows fails'),
  transaction_clean_interval_second: fe('30', '1.4', 'only shown: labels are cleaned at once'),
  alter_table_timeout_second: fe('86400', '5', 'timeout of an ALTER job'),
  catalog_trash_expire_second: fe('86400', '5', 'seconds for which RECOVER brings back what was dropped'),
  enable_fast_schema_evolution: fe(
    (version) => String(version.fastSchemaEvolutionDefault),
    '5',
    'default of the table property',
  ),
  mysql_server_version: fe((version) => version.mysqlVersion, '6', 'what the MySQL handshake says'),
  streaming_load_max_mb: be('102400', '1.8', 'largest body, accumulated over a transaction'),
  streaming_load_max_batch_size_mb: be('100', '1.8', 'largest JSON body without ignore_json_size'),
  primary_key_limit_size: be('128', '3', 'bytes of an encoded primary key'),
  tablet_max_versions: be('1000', '7', 'versions of a tablet above which loads are refused'),
  be_http_num_workers: be('48', '1.3', 'loads at once on one BE, plus one, with enable_http_stream_load_limit'),
  enable_http_stream_load_limit: be('false', '1.3', 'whether loads at once are limited'),
  load_error_log_reserve_hours: be('48', '1.4', 'how long an ErrorURL can be downloaded'),
  mem_limit: be('0', '6.1', 'bytes of all open loads above which a load fails; 0: no limit'),
  json_payload_limit_bytes: own(
    '4294967296',
    '2',
    'largest single JSON body in a transaction (a constant in StarRocks)',
  ),
  csv_line_limit_bytes: own('536870912', '1.5', 'largest row of CSV (a constant in StarRocks)'),
  data_quota_bytes: own('0', '6.1', 'data of one database above which no load begins; 0: no limit'),
  compacted_versions_per_second: own('10', '7', 'versions of a tablet that compaction removes each second'),
  publish_ms: own('0', '7', 'how long every publish takes at least'),
  heartbeat_ms: own('5000', '1.1', 'after which the FEs notice that a BE is dead'),
} as const satisfies Readonly<Record<string, SettingDef>>

/** A setting by name. */
export type SettingName = keyof typeof settingDefs

const isSettingName = (name: string): name is SettingName => Object.hasOwn(settingDefs, name)

/** The settings of a running stand-in; they may be changed while it runs, as StarRocks' mutable ones. */
export class Settings {
  readonly #values = new Map<SettingName, string>()

  constructor(version: ServerVersion) {
    for (const name of settingNames()) {
      const { value } = settingDef(name)
      this.#values.set(name, typeof value === 'string' ? value : value(version))
    }
  }

  text(name: SettingName): string {
    return this.#values.get(name) ?? ''
  }

  number(name: SettingName): number {
    return Number(this.text(name))
  }

  isOn(name: SettingName): boolean {
    return this.text(name) === 'true'
  }

  /** @throws {Error} for an unknown name, or a value of another kind than the default. */
  set(name: string, value: string): void {
    if (!isSettingName(name)) throw new Error(`there is no setting ${name}; --help lists them`)
    const kind = kindOf(this.text(name))
    if (kind !== 'text' && kindOf(value) !== kind) throw new Error(`${name}: "${value}" is no ${kind}`)
    this.#values.set(name, value)
  }

  /** Names and values of one owner. */
  entries(owner: SettingOwner): [SettingName, string][] {
    return settingNames()
      .filter((name) => settingDef(name).owner === owner)
      .map((name) => [name, this.text(name)])
  }
}

/** All names, in the order of the table. */
export const settingNames = (): SettingName[] => Object.keys(settingDefs).filter(isSettingName)

const settingDef = (name: SettingName): SettingDef => settingDefs[name]

function kindOf(value: string): 'number' | 'boolean' | 'text' {
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return 'number'
  return value === 'true' || value === 'false' ? 'boolean' : 'text'
}
