import { parseDuration } from '../../config/duration.ts'
import { nearestName } from '../../config/nearest-name.ts'
import type { AlertRule } from '../../config/alerting/alert-rule.ts'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { Replay } from '../../observe/alerts/history/replay-rule.ts'
import { replaySamples } from '../../observe/alerts/history/replay-samples.ts'
import { samplesDirectory } from '../monitor/keep-samples.ts'
import { testRules, type RuleTestOutcome } from './test-rules.ts'

const DEFAULT_SINCE = '24h'

/** A rule of the configuration. @throws {SyncError} ALERT_UNKNOWN with the name that was perhaps meant. */
export function ruleNamed({ rules }: Pick<AlertingConfig, 'rules'>, name: string): AlertRule {
  const found = rules.find((rule) => rule.name === name)
  if (found) return found
  const near = nearestName(
    name,
    rules.map((rule) => rule.name),
  )
  const remedy = near === undefined ? 'sync-app alerts rules lists them.' : `Did you mean ${near}?`
  throw new SyncError('ALERT_UNKNOWN', `there is no rule ${JSON.stringify(name)}`, { remedy })
}

/** What a rule would have said since then; `since` is a duration. @throws {SyncError} ALERT_REQUEST, ALERT_UNKNOWN */
export async function replayNamed(
  config: AlertingConfig,
  request: { readonly name: string; readonly since: string | null; readonly nowMs: number },
  takeSteps: (steps: Generator<void, void>) => Promise<void> = takeAll,
): Promise<Replay> {
  const rule = ruleNamed(config, request.name)
  const { stateDirectory } = config.delivery
  if (stateDirectory === undefined) {
    const remedy = 'Set alerting.state_directory: from then on what metrics are is kept there.'
    throw new SyncError('ALERT_REQUEST', 'there is nothing to try the rule on', { remedy })
  }
  const { objectives } = config
  const sinceMs = request.nowMs - sinceOf(request.since ?? DEFAULT_SINCE)
  return await replaySamples(rule, { objectives, directory: samplesDirectory(stateDirectory), sinceMs, takeSteps })
}

/** Runs the tests of a rule. @throws {SyncError} ALERT_UNKNOWN */
export function testNamed(config: AlertingConfig, name: string): readonly RuleTestOutcome[] {
  return testRules([ruleNamed(config, name)], config)
}

function sinceOf(text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new SyncError('ALERT_REQUEST', `since: ${JSON.stringify(text)} ${why}`)
  }
}

async function takeAll(steps: Generator<void, void>): Promise<void> {
  while (steps.next().done !== true) continue
}
