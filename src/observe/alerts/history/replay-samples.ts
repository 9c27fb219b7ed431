import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import { leadMs, RuleReplay, type Replay } from './replay-rule.ts'
import type { SampleBlock } from './sample-block.ts'
import { readSamples } from './sample-store.ts'

/** What a rule is tried on. */
export interface ReplayRequest {
  readonly objectives: readonly FreshnessObjective[]
  readonly directory: string
  /** Milliseconds since 1970 UTC. */
  readonly sinceMs: number
  /** Takes all steps, with time for others in between where that is needed. */
  readonly takeSteps: (steps: Generator<void, void>) => Promise<void>
}

/** Tries a rule on the samples of a directory. @throws what the file system says. */
export async function replaySamples(rule: AlertRule, request: ReplayRequest): Promise<Replay> {
  const { objectives, directory, sinceMs, takeSteps } = request
  const replay = new RuleReplay(rule, objectives, sinceMs)
  let together: SampleBlock[] = []
  for await (const block of readSamples(directory, sinceMs - leadMs(rule))) {
    if (together.length > 0 && together[0]?.times[0] !== block.times[0]) {
      await takeSteps(replay.steps(together))
      together = []
    }
    together.push(block)
  }
  if (together.length > 0) await takeSteps(replay.steps(together))
  return replay.result()
}
