import type { EscalationStep, Grouping } from '../../../config/alerting/routes-section.ts'
import { parseNotifyTarget } from '../../../config/alerting/notify-target.ts'
import type { LabelMatcher } from '../../../config/alerting/label-matcher.ts'
import type { TimeInterval } from '../../../config/alerting/time-interval.ts'
import type { Episode } from './episode.ts'
import { matchLabels } from './match-labels.ts'

/** Where alerts go, and how they are put together. */
export interface Route extends Grouping {
  /** Made of its matchers, so that it stays the same when routes are added: what was told is kept under it. */
  readonly id: string
  readonly match: readonly LabelMatcher[]
  /** At least one. A route to channels has one step. */
  readonly steps: readonly EscalationStep[]
  readonly muteTimes: readonly (readonly TimeInterval[])[]
  readonly activeTimes: readonly (readonly TimeInterval[])[]
  readonly continue: boolean
}

/** The routes of a policy. */
export interface Routing {
  readonly routes: readonly Route[]
  /** For alerts that no route is for. */
  readonly fallback: Route
  readonly escalations: ReadonlyMap<string, readonly EscalationStep[]>
}

/** A step that no other follows. */
export const LAST_STEP_MS = Number.POSITIVE_INFINITY

/**
 * The routes of an alert, in order: the first that fits, and those below as long as each says `continue`. A rule that names channels
 * or a chain of its own goes there, put together as its first route has it. Pure.
 */
export function routesOf(episode: Episode, { routes, fallback, escalations }: Routing): readonly Route[] {
  const found: Route[] = []
  for (const route of routes) {
    if (!matchLabels(route.match, episode.labels)) continue
    found.push(route)
    if (!route.continue) break
  }
  const [first = fallback] = found
  const chain = episode.escalation === undefined ? undefined : escalations.get(episode.escalation)
  if (chain) return [{ ...first, id: `${first.id}/escalation=${episode.escalation}`, steps: chain }]
  if (episode.channels && episode.channels.length > 0) {
    const notify = episode.channels.map(parseNotifyTarget)
    const id = `${first.id}/channels=${episode.channels.join(',')}`
    return [{ ...first, id, steps: [{ notify, timeoutMs: LAST_STEP_MS }] }]
  }
  return found.length === 0 ? [fallback] : found
}
