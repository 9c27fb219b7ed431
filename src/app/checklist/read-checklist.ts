import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { readChecklistFacts } from './checklist-facts.ts'
import { judgeChecklist } from './judge-checklist.ts'
import type { Tick } from './tick.ts'

/** The monitoring guide's checklist, each item really looked at. Changes nothing. @throws the reason of `abort` alone. */
export async function readChecklist(
  config: Config,
  around: { readonly clock: Clock; readonly abort: AbortSignal },
): Promise<readonly Tick[]> {
  return judgeChecklist(await readChecklistFacts(config, around))
}
