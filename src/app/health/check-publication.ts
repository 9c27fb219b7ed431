import { matchTables } from '../../config/match-tables.ts'
import type { CheckOutcome, HealthCheck } from '../../observe/health/health-check.ts'
import { listRelations } from '../../source/postgres/catalog/list-relations.ts'
import { readPublication } from '../../source/postgres/catalog/read-publication.ts'
import type { CheckDeps } from './check-deps.ts'

/** Catalogs change seldom, and reading them costs the source more than a ping. */
const INTERVALS_BETWEEN = 6
const OPERATIONS = ['insert', 'update', 'delete', 'truncate']
const NAMES_SHOWN = 5

/** What is compared: tables as `schema.table`. */
export interface PublicationFacts {
  readonly publication: { readonly tables: ReadonlySet<string>; readonly operations: readonly string[] } | null
  readonly matched: readonly string[]
}

/** Whether the publication still carries what the configuration matches. Pure. */
export function judgePublication({ publication, matched }: PublicationFacts): CheckOutcome {
  if (publication === null) {
    const remedy =
      'Restart the service: it makes the publication anew; what was changed meanwhile needs sync-app resync --all.'
    return { status: 'unhealthy', message: 'The publication does not exist', remedy }
  }
  const missing = matched.filter((table) => !publication.tables.has(table))
  const silent = OPERATIONS.filter((operation) => !publication.operations.includes(operation))
  const observed = {
    matched: matched.length,
    published: publication.tables.size,
    missing: missing.slice(0, NAMES_SHOWN),
  }
  if (silent.length > 0) {
    const remedy = `ALTER PUBLICATION ... SET (publish = '${OPERATIONS.join(', ')}'), then sync-app resync --all.`
    return { status: 'unhealthy', message: `The publication does not publish ${silent.join(', ')}`, remedy, observed }
  }
  if (missing.length > 0) {
    const names = missing.slice(0, NAMES_SHOWN).join(', ')
    const message = `${missing.length} matched tables are not in the publication: ${names}`
    return { status: 'degraded', message, remedy: 'Run sync-app check: it names the reason for each.', observed }
  }
  return { status: 'healthy', message: 'The publication carries every matched table', observed }
}

/** `publication`: whether it has drifted from the configuration. */
export function checkPublication({ config, access, hasStarted }: CheckDeps): HealthCheck {
  const matches = matchTables(config)
  const { checkIntervalMs, checkTimeoutMs: timeoutMs } = config.monitoring
  return {
    name: 'publication',
    critical: false,
    everyMs: checkIntervalMs * INTERVALS_BETWEEN,
    timeoutMs,
    run: (signal) =>
      access.catalog.ask(signal, async (session) => {
        const publication = await readPublication(session, config.source.publication)
        if (publication === null && !hasStarted())
          return { status: 'starting', message: 'The publication is not made yet' }
        const relations = await listRelations(session, matches)
        const tables = relations.filter(({ kind }) => kind === 'r' || kind === 'p')
        return judgePublication({
          publication: publication && { ...publication, tables: new Set(publication.tables.keys()) },
          matched: tables.map(({ schema, name }) => `${schema}.${name}`),
        })
      }),
  }
}
