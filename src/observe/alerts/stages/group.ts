import type { Episode } from './episode.ts'
import type { Route } from './route.ts'

/** Alerts that share a message. */
export interface AlertGroup {
  /** Route and group labels: stable over rounds and restarts. As Alertmanager writes it. */
  readonly key: string
  readonly labels: Readonly<Record<string, string>>
}

/** Keeps every alert apart. */
const EACH_ALONE = '...'

/** The group of an alert within a route. Labels that it does not have are left out. Pure. */
export function groupOf({ labels }: Episode, { id, groupBy }: Route): AlertGroup {
  const names = groupBy.includes(EACH_ALONE) ? Object.keys(labels) : groupBy
  const kept = names.toSorted().flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]] as const]))
  const text = kept.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')
  return { key: `${id}:{${text}}`, labels: Object.fromEntries(kept) }
}
