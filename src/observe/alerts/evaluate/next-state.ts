import type { AlertState } from '../alert-instance.ts'

/** What one look at an instance showed. */
export interface Look {
  /** Whether the condition holds. */
  readonly holds: boolean
  /** Whether the rule's `clear` holds; true for a rule without one. */
  readonly clears: boolean
  /** Whether values are missing, so that "does not hold" says nothing. */
  readonly misses: boolean
}

/** What of a rule decides about states. */
export interface StateSettings {
  readonly forMs: number
  readonly keepFiringForMs: number
  readonly noData: 'ok' | 'alert' | 'keep'
}

/** Where an instance stands, and since when. */
export interface InstanceState {
  readonly state: Exclude<AlertState, 'error'>
  readonly sinceMs: number
  /** When the condition began to hold; null when inactive. */
  readonly startedAtMs: number | null
}

/** An instance of which nothing is known. */
export function inactiveSince(atMs: number): InstanceState {
  return { state: 'inactive', sinceMs: atMs, startedAtMs: null }
}

/** Whether receivers see it as an alert. */
export function isFiring({ state }: Pick<InstanceState, 'state'>): boolean {
  return state === 'firing' || state === 'recovering' || state === 'no-data'
}

/**
 * Whether the rule is fulfilled: by its condition, by missing values where it says so, or by what holds on to an alert that
 * fires already.
 */
function isFulfilled(before: InstanceState, look: Look, noData: StateSettings['noData']): boolean {
  if (look.holds) return true
  if (look.misses) return noData === 'alert'
  return isFiring(before) && !look.clears
}

/** The state that follows a look. Pure: the same as Prometheus' for `for`, `keep_firing_for` and the generated expressions. */
export function nextState(before: InstanceState, look: Look, atMs: number, settings: StateSettings): InstanceState {
  const isMissing = !look.holds && look.misses
  if (isMissing && settings.noData === 'keep' && before.state === 'firing') return before
  const startedAtMs = before.startedAtMs ?? atMs
  const to = (state: InstanceState['state']): InstanceState =>
    state === before.state ? before : { state, sinceMs: atMs, startedAtMs: state === 'inactive' ? null : startedAtMs }
  if (isFulfilled(before, look, settings.noData)) {
    const waits = !isFiring(before) && atMs - startedAtMs < settings.forMs
    return to(waits ? 'pending' : isMissing ? 'no-data' : 'firing')
  }
  return to(isFiring(before) && recoveringForMs(before, atMs) < settings.keepFiringForMs ? 'recovering' : 'inactive')
}

function recoveringForMs({ state, sinceMs }: InstanceState, atMs: number): number {
  return state === 'recovering' ? atMs - sinceMs : 0
}
