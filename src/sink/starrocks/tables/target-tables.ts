import type { Ownership } from '../../../core/ownership.ts'
import type { Guarantee, ShadowName, SinkTable } from '../../../core/sink.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { TableRoute } from '../../../core/table-route.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { compareTargetShape } from '../compare-target-shape.ts'
import { compileTable } from '../compile-table.ts'
import type { CompiledTable, ServerFeatures } from '../compiled-table.ts'
import { bucketsFor, createTableSql } from '../ddl.ts'
import type { SinkContext, StarRocksTable } from '../sink-context.ts'
import { quoteIdentifier, quoteTable } from '../sql-text.ts'
import { SOFT_DELETE_COLUMN } from '../target-names.ts'
import { fencedName } from './fenced-name.ts'
import { generationMark, readGeneration } from './generation-mark.ts'
import { describeTable, tableComment, tableExists } from './target-catalog.ts'

/** What making tables needs to know. */
export interface TargetTablesOptions {
  readonly guarantee: Guarantee
  readonly features: ServerFeatures
  /** Properties of CREATE TABLE that every table gets; a route's own come on top. */
  readonly properties: Readonly<Record<string, string>>
}

/** Creates, adopts, swaps and empties target tables. */
export class TargetTables {
  readonly #context: SinkContext
  readonly #options: TargetTablesOptions
  /** Per step: how often it was tried to empty a table. Each try names an object of its own. */
  readonly #tries = new Map<string, number>()

  constructor(context: SinkContext, options: TargetTablesOptions) {
    this.#context = context
    this.#options = options
  }

  /** @see Sink.openTable */
  async open(schema: TableSchema, route: TableRoute): Promise<StarRocksTable> {
    const { sql, failPoints } = this.#context
    const compiled = this.#compile(schema, route)
    const actual = await describeTable(sql, route.targetDatabase, route.targetTable)
    if (actual === null) {
      await failPoints.reach('table.create.before')
      await sql.execute(this.#creation({ schema, route, compiled }, route.targetTable, { generation: 0, isNew: false }))
      await failPoints.reach('table.create.after')
      return sinkTable(schema, route, compiled, route.targetTable)
    }
    const differences = compareTargetShape(compiled, actual.columns)
    const all = actual.isPrimaryKeyTable ? differences : ['it is not a PRIMARY KEY table', ...differences]
    if (all.length === 0) return sinkTable(schema, route, compiled, route.targetTable)
    const name = `${route.targetDatabase}.${route.targetTable}`
    throw new SyncError('TARGET_SHAPE', `target table ${name} does not fit ${schema.id}: ${all.join('; ')}`, {
      table: schema.id,
      remedy: `Alter it, or: DROP TABLE ${quoteTable(route.targetDatabase, route.targetTable)}; or route ${schema.id} to another name.`,
    })
  }

  /** @see Sink.openShadow */
  async openShadow(schema: TableSchema, route: TableRoute, shadow: ShadowName): Promise<StarRocksTable> {
    const compiled = this.#compile(schema, route)
    const { epoch, number, generation } = shadow
    const step = `g${generation}`
    const name = fencedName(this.#context.owner, { table: route.targetTable, epoch, number, step })
    await this.#drop(route.targetDatabase, name)
    await this.#context.sql.execute(this.#creation({ schema, route, compiled }, name, { generation, isNew: true }))
    return sinkTable(schema, route, compiled, name)
  }

  /** @see Sink.liveGeneration */
  async liveGeneration(route: TableRoute): Promise<number | null> {
    const comment = await tableComment(this.#context.sql, route.targetDatabase, route.targetTable)
    return comment === null ? null : readGeneration(comment)
  }

  /** @see Sink.swap */
  async swap(shadow: SinkTable, ownership: Ownership): Promise<StarRocksTable> {
    const { compiled, schema, route, targetName } = this.#context.opened(shadow)
    const { targetDatabase, targetTable } = route
    const isLive = await tableExists(this.#context.sql, targetDatabase, targetTable)
    await ownership.confirm()
    if (isLive) {
      await this.#exchange(targetDatabase, targetTable, targetName)
    } else {
      const names = `${quoteTable(targetDatabase, targetName)} RENAME ${quoteIdentifier(targetTable)}`
      await this.#context.sql.execute(`ALTER TABLE ${names}`)
    }
    return sinkTable(schema, route, compiled, targetTable)
  }

  /**
   * Empties a table by putting an empty one in its place. Harmless when it is done again: every try names a new object, and drops
   * those of the tries before, so that a late SWAP of one of them fails. @see Sink.truncate
   */
  async empty(
    table: SinkTable,
    step: { readonly epoch: bigint; readonly number: bigint },
    ownership: Ownership,
  ): Promise<void> {
    const { failPoints, sql } = this.#context
    const opened = this.#context.opened(table)
    const { targetName, route } = opened
    const names = this.#namesOfTries(targetName, step)
    for (const earlier of names.slice(0, -1)) await this.#drop(route.targetDatabase, earlier)
    const name = names.at(-1) ?? ''
    const comment = await tableComment(sql, route.targetDatabase, targetName)
    await ownership.confirm()
    await failPoints.reach('truncate.create.before')
    const mark = { generation: readGeneration(comment ?? ''), isNew: true }
    await sql.execute(this.#creation(opened, name, mark))
    await failPoints.reach('truncate.create.after')
    if (route.delete === 'soft') await this.#copyMarked(opened, name)
    await ownership.confirm()
    await this.#exchange(route.targetDatabase, targetName, name)
  }

  /** The object's name in every try at this step, the present one last. */
  #namesOfTries(table: string, step: { readonly epoch: bigint; readonly number: bigint }): readonly string[] {
    const key = `${table} ${step.epoch} ${step.number}`
    const tries = (this.#tries.get(key) ?? 0) + 1
    if (tries === 1) this.#tries.clear()
    this.#tries.set(key, tries)
    return Array.from({ length: tries }, (_, index) => {
      return fencedName(this.#context.owner, { table, ...step, step: `t${index + 1}` })
    })
  }

  /** Swaps, and drops what then bears the second name. */
  async #exchange(database: string, live: string, fenced: string): Promise<void> {
    const { sql, failPoints } = this.#context
    await failPoints.reach('truncate.swap.before')
    await sql.execute(`ALTER TABLE ${quoteTable(database, live)} SWAP WITH ${quoteIdentifier(fenced)}`)
    await failPoints.reach('truncate.swap.after')
    await failPoints.reach('truncate.drop.before')
    await this.#drop(database, fenced)
    await failPoints.reach('truncate.drop.after')
  }

  /** Rows that are deleted softly stay, every one with the mark. */
  async #copyMarked({ compiled, route, targetName }: StarRocksTable, into: string): Promise<void> {
    const values = compiled.columns.filter((column) => column.sourceColumn !== null)
    const names = values.map((column) => quoteIdentifier(column.name)).join(', ')
    const target = `${quoteTable(route.targetDatabase, into)} (${names}, ${quoteIdentifier(SOFT_DELETE_COLUMN)})`
    const rows = `SELECT ${names}, TRUE FROM ${quoteTable(route.targetDatabase, targetName)}`
    await this.#context.sql.execute(`INSERT INTO ${target} ${rows}`)
  }

  async #drop(database: string, table: string): Promise<void> {
    await this.#context.sql.execute(`DROP TABLE IF EXISTS ${quoteTable(database, table)} FORCE`)
  }

  #creation(
    parts: { readonly schema: TableSchema; readonly route: TableRoute; readonly compiled: CompiledTable },
    name: string,
    how: { readonly generation: number; readonly isNew: boolean },
  ): string {
    const { schema, route, compiled } = parts
    const properties = { ...this.#options.properties, ...route.properties }
    return createTableSql(compiled, { targetDatabase: route.targetDatabase, properties }, name, {
      buckets: bucketsFor(schema, route),
      comment: generationMark(schema.id, how.generation),
      ifNotExists: !how.isNew,
    })
  }

  #compile(schema: TableSchema, route: TableRoute): CompiledTable {
    const { owner } = this.#context
    if (this.#options.guarantee === 'atomic' && route.targetDatabase !== owner.database) {
      const message = `${schema.id} is routed to database ${route.targetDatabase}, and one transaction cannot span two databases`
      throw new SyncError('TARGET_UNSUPPORTED', message, {
        table: schema.id,
        remedy: `Route it to ${owner.database}, or name ${route.targetDatabase} in the configuration: then every table has a transaction of its own.`,
      })
    }
    return compileTable(schema, route, this.#options.features)
  }
}

function sinkTable(
  schema: TableSchema,
  route: TableRoute,
  compiled: CompiledTable,
  targetName: string,
): StarRocksTable {
  const { encoders, filter } = compiled
  return { id: schema.id, schema, route, targetName, encoders, filter, compiled }
}
