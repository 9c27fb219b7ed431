import type { Config } from '../config/config.ts'
import { findIdlePatterns, findRouteConflicts } from '../config/match-tables.ts'
import type { Finding } from '../core/finding.ts'
import type { DiscoveredTable } from '../core/source.ts'
import { asSyncError } from '../core/sync-error.ts'
import { serverFeatures } from '../sink/starrocks/mysql/server-features.ts'
import { checkTarget } from '../sink/starrocks/preflight/check-target.ts'
import { checkTypes } from '../sink/starrocks/preflight/check-types.ts'
import { starRocksTarget } from './connections.ts'
import { openAccess, type PipelineAccess } from './pipeline-access.ts'
import { systemClock } from './system-clock.ts'

/** What the types of a table can be judged by when the target does not answer. */
const ASSUMED_VERSION = '4.0.0'

/** Everything that stands in the way of this pipeline, or endangers it, on both sides. Changes nothing. A side that cannot be reached is a finding. */
export async function preflight(config: Config): Promise<readonly Finding[]> {
  const clock = systemClock()
  await using access = openAccess(config, clock)
  const source = await unlessUnreachable('source', async () => checkSource(config, access))
  const target = await unlessUnreachable('target', async () => checkTarget(starRocksTarget(config, []), clock))
  return [...source, ...target]
}

async function checkSource(config: Config, access: PipelineAccess): Promise<readonly Finding[]> {
  const findings = await access.source.preflight()
  const tables = await access.source.survey()
  return [...findings, ...(await checkTables(access, tables)), ...checkPatterns(config, tables)]
}

async function checkTables(access: PipelineAccess, tables: readonly DiscoveredTable[]): Promise<readonly Finding[]> {
  const features = serverFeatures(await targetVersion(access))
  return tables.flatMap(({ schema, route }) => checkTypes(schema, route, features))
}

async function targetVersion(access: PipelineAccess): Promise<string> {
  try {
    const { rows } = await access.sql.select('SELECT current_version()')
    return rows[0]?.[0] ?? ASSUMED_VERSION
  } catch {
    // That the target does not answer is a finding of its own.
    return ASSUMED_VERSION
  }
}

function checkPatterns(config: Config, tables: readonly DiscoveredTable[]): readonly Finding[] {
  const idle = findIdlePatterns(
    config,
    tables.map((table) => table.schema),
  )
  const conflicts = findRouteConflicts(tables.map((table) => table.route))
  return [
    ...idle.map((pattern): Finding => ({
      level: 'warning',
      code: 'TABLES_NONE_MATCHED',
      what: `Pattern ${pattern} matches no table that can take part.`,
      why: 'Nothing is copied for it; it is probably misspelt.',
      remedy: 'Mend or remove the entry of tables.',
    })),
    ...conflicts.map((conflict): Finding => ({
      level: 'error',
      code: 'TABLES_SHARE_A_TARGET',
      what: `${conflict.target}: ${conflict.reason}.`,
      why: 'Each would overwrite rows of the other.',
      remedy: 'Give the entries of tables targets of their own, for instance with {schema} in them.',
    })),
  ]
}

/** The findings, or the one that says why they cannot be had. */
async function unlessUnreachable(
  side: 'source' | 'target',
  find: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await find()
  } catch (error) {
    const { code, message, remedy } = asSyncError(error)
    return [{ level: 'error', code, what: message, why: `The ${side} cannot be checked, nor copied.`, remedy }]
  }
}
