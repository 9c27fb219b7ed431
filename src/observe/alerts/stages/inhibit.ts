import type { InhibitRule } from '../../../config/alerting/inhibit-section.ts'
import type { Episode } from './episode.ts'
import { matchLabels } from './match-labels.ts'
import { PASS, type Verdict } from './verdict.ts'

/** Says of each alert whether another one that fires holds it back. */
export type Inhibition = (episode: Episode) => Verdict

/**
 * The inhibition stage over all alerts that fire. An alert that fits both sides of a rule is not held back by another that does
 * too, so that no alert holds back itself and no two hold back each other. As in Alertmanager a label of `equal` that is absent in
 * both counts as the same. A rule of ours may also name those it inhibits: then the labels that both have must agree. Pure.
 */
export function inhibitionOf(episodes: readonly Episode[], rules: readonly InhibitRule[]): Inhibition {
  const stages = [...rules.map((rule) => configuredStage(rule, episodes)), namedStage(episodes)]
  return (episode) => {
    for (const stage of stages) {
      const source = stage(episode)
      if (source) return { tag: 'held', by: 'inhibition', reason: `${source.rule} fires (${source.fingerprint})` }
    }
    return PASS
  }
}

type FindSource = (episode: Episode) => Episode | undefined

interface Sources {
  /** One that fits the source side alone. */
  alone?: Episode
  /** One that fits both sides. */
  both?: Episode
}

function configuredStage({ source, target, equal }: InhibitRule, episodes: readonly Episode[]): FindSource {
  const keyOf = ({ labels }: Episode): string => JSON.stringify(equal.map((name) => labels[name] ?? ''))
  const sources = new Map<string, Sources>()
  for (const episode of episodes) {
    if (!matchLabels(source, episode.labels)) continue
    const key = keyOf(episode)
    const found = sources.get(key) ?? {}
    sources.set(key, found)
    if (matchLabels(target, episode.labels)) found.both ??= episode
    else found.alone ??= episode
  }
  return (episode) => {
    const found = sources.size === 0 ? undefined : sources.get(keyOf(episode))
    if (!found || !matchLabels(target, episode.labels)) return undefined
    return found.alone ?? (matchLabels(source, episode.labels) ? undefined : found.both)
  }
}

/** Alerts whose rule names those that it inhibits. */
function namedStage(episodes: readonly Episode[]): FindSource {
  const sources = new Map<string, Episode[]>()
  for (const episode of episodes) {
    for (const name of episode.inhibits ?? []) {
      if (name === episode.rule) continue
      const known = sources.get(name)
      if (known) known.push(episode)
      else sources.set(name, [episode])
    }
  }
  return (episode) => {
    const candidates = sources.get(episode.rule) ?? []
    return candidates.find((source) => !source.inhibits?.includes(source.rule) && agree(source, episode))
  }
}

/** Whether the labels that both have are the same. */
function agree({ ownLabels: a }: Episode, { ownLabels: b }: Episode): boolean {
  return Object.entries(a).every(([name, value]) => b[name] === undefined || b[name] === value)
}
