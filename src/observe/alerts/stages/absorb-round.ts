import type { AlertInstance, EvaluationRound } from '../alert-instance.ts'
import { beginEpisode, isActive, type Episode } from './episode.ts'

/** What a round changes. */
export interface AbsorbedRound {
  /** Begun, ended, or with another value. */
  readonly episodes: readonly Episode[]
  /** Fingerprints of alerts that began or ended. */
  readonly changed: ReadonlySet<string>
}

/**
 * Brings the known alerts in line with what the evaluator found. Pure. An alert from before a restart stays as it is while its rule
 * cannot be judged yet, is pending again or failed to be evaluated: it is neither told anew nor said to be over.
 */
export function absorbRound(
  known: ReadonlyMap<string, Episode>,
  round: EvaluationRound,
  pipeline: string,
): AbsorbedRound {
  const unknownRules = new Set(round.unknownRules)
  const listed = new Map(round.instances.map((instance) => [instance.fingerprint, instance]))
  const episodes: Episode[] = []
  const changed = new Set<string>()
  for (const instance of round.instances) {
    const before = known.get(instance.fingerprint)
    if (!isActive(instance)) continue
    if (before && before.endedAtMs === null) {
      const refreshed = refresh(before, instance)
      if (refreshed !== before) episodes.push(refreshed)
    } else {
      episodes.push(beginEpisode(instance, pipeline))
      changed.add(instance.fingerprint)
    }
  }
  for (const episode of known.values()) {
    if (episode.endedAtMs !== null || !isOver(episode, listed.get(episode.fingerprint), unknownRules)) continue
    episodes.push({ ...episode, endedAtMs: round.atMs })
    changed.add(episode.fingerprint)
  }
  return { episodes, changed }
}

function isOver(episode: Episode, instance: AlertInstance | undefined, unknownRules: ReadonlySet<string>): boolean {
  // What was seen to begin and to end in this life is over, whatever is not known of earlier ones.
  if (episode.isConfirmed && instance?.state === 'inactive') return true
  if (unknownRules.has(episode.rule)) return false
  if (instance === undefined || instance.state === 'inactive') return true
  // From before a restart: the evaluator counts its time anew.
  return instance.state === 'pending' && episode.isConfirmed
}

/** The episode with what the evaluator says now; itself when that is the same. */
function refresh(episode: Episode, instance: AlertInstance): Episode {
  const { value, annotations, severity, cooldownMs } = instance
  if (
    episode.isConfirmed &&
    episode.value === value &&
    episode.annotations === annotations &&
    episode.severity === severity &&
    episode.cooldownMs === cooldownMs
  ) {
    return episode
  }
  const labels = episode.severity === severity ? episode.labels : { ...episode.labels, severity }
  return { ...episode, value, annotations, severity, labels, cooldownMs, isConfirmed: true }
}
