import type { Catalog } from '../catalog/catalog.ts'
import { storageName } from '../catalog/table-def.ts'
import type { Settings } from '../settings.ts'
import type { Duck } from '../storage/duck.ts'
import { TxnRefusal } from './txn-refusal.ts'

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']

/**
 * How much each database holds, and how much it may (reference/starrocks.md 6.1). StarRocks looks at a size that is
 * minutes old; here it is counted after every commit, as the text of the rows, and only while there is a quota.
 */
export class DataQuota {
  readonly #usedBytes = new Map<string, number>()
  readonly #deps: { readonly settings: Settings; readonly catalog: Catalog; readonly duck: Duck }

  constructor(deps: { readonly settings: Settings; readonly catalog: Catalog; readonly duck: Duck }) {
    this.#deps = deps
  }

  /** @throws {TxnRefusal} when the database is full. */
  check(database: string): void {
    const quotaBytes = this.#deps.settings.number('data_quota_bytes')
    if (quotaBytes === 0 || (this.#usedBytes.get(database) ?? 0) < quotaBytes) return
    throw new TxnRefusal('INTERNAL_ERROR', `Database[${database}] data size exceeds quota[${readable(quotaBytes)}]`)
  }

  /** Counts a database anew. */
  async refresh(database: string): Promise<void> {
    if (this.#deps.settings.number('data_quota_bytes') === 0) return
    const tables = [...(this.#deps.catalog.databases.get(database)?.tables.values() ?? [])]
    const counts = tables.map(
      (table) => `(SELECT coalesce(sum(strlen(CAST(t AS VARCHAR))), 0) FROM ${storageName(table.id)} t)`,
    )
    const rows = await this.#deps.duck.with((connection) => connection.texts(`SELECT ${['0', ...counts].join(' + ')}`))
    this.#usedBytes.set(database, Number(rows[0]?.[0] ?? 0))
  }
}

/** `DebugUtil.getByteUint` with three decimals. */
function readable(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value.toFixed(3)} ${units[unit]}`
}
