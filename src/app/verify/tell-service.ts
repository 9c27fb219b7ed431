import type { Config } from '../../config/config.ts'
import { asSyncError } from '../../core/sync-error.ts'
import type { VerifyReport } from '../../core/verify-report.ts'
import { serviceClient } from '../service-client.ts'

/** Tells the running service what was found, for its metrics and log. Null when it was told, or does not run; else why not. */
export async function tellService(
  config: Config,
  { tables }: Pick<VerifyReport, 'tables'>,
  actor: string,
): Promise<string | null> {
  if (!config.http.enabled || tables.length === 0) return null
  const found = tables.map(({ table, rowsDifferent }) => ({ table, rows_different: rowsDifferent }))
  try {
    const call = { method: 'POST', path: '/api/v1/comparisons', body: { tables: found }, actor } as const
    await serviceClient(config).ask(call)
    return null
  } catch (error) {
    const { code, message } = asSyncError(error)
    return code === 'SERVICE_UNREACHABLE' ? null : message
  }
}
