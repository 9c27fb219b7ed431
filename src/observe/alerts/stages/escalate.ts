import type { NotifyTarget } from '../../../config/alerting/notify-target.ts'
import type { EscalationStep } from '../../../config/alerting/routes-section.ts'
import { destinationKey, type Destination } from './destination.ts'

/** A receiver, and at which step of the chain it is told. */
export interface ReachedDestination {
  readonly destination: Destination
  readonly step: number
}

/** Finds the receivers that targets stand for now. */
export type ResolveTargets = (targets: readonly NotifyTarget[]) => readonly Destination[]

/**
 * The escalation stage: the receivers whose step is reached. `startedAtMs` is when somebody was first to be told, null when nobody was
 * yet. A step that reaches nobody (no one is on call) is not waited for. Each receiver once, at its first step. Pure.
 */
export function reachedDestinations(
  steps: readonly EscalationStep[],
  startedAtMs: number | null,
  nowMs: number,
  resolve: ResolveTargets,
): readonly ReachedDestination[] {
  const found = new Map<string, ReachedDestination>()
  let dueMs = startedAtMs ?? nowMs
  for (const [step, { notify, timeoutMs }] of steps.entries()) {
    if (nowMs < dueMs) break
    const destinations = resolve(notify)
    for (const destination of destinations) {
      const key = destinationKey(destination)
      if (!found.has(key)) found.set(key, { destination, step })
    }
    if (destinations.length === 0) continue
    if (startedAtMs === null) break
    dueMs += timeoutMs
  }
  return [...found.values()]
}
