import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { tailLogs } from '../logs/tail-logs.ts'
import { asked, type Diagnosis } from './diagnosis.ts'

/** Lines of the log that are looked at. */
const LOOKED_AT = 500
const SHOWN = 3

/** Errors among the last lines of the log. Never throws. */
export async function readRecentTroubles(
  config: Config,
  { clock, abort }: { readonly clock: Clock; readonly abort: AbortSignal },
): Promise<Diagnosis> {
  const check = 'LOG_WITHOUT_ERRORS'
  const found = await asked(async () => {
    const lines: string[] = []
    const request = { last: LOOKED_AT, follow: false, from: 'any', json: false, colour: false, clock, abort } as const
    for await (const line of tailLogs(config, { ...request, filter: { level: 'ERROR' } })) lines.push(line)
    return lines
  })
  if (found.tag === 'failure') return { check, status: 'skipped', what: `the log cannot be read: ${found.reason}` }
  const { value: lines } = found
  const where = `the last ${LOOKED_AT} lines of the log`
  if (lines.length === 0) return { check, status: 'ok', what: `no error in ${where}` }
  const what = `${lines.length} errors in ${where}; the last: ${lines.slice(-SHOWN).join(' | ')}`
  return { check, status: 'problem', what, remedy: 'Read on: sync-app logs --level ERROR --lines 500.' }
}
