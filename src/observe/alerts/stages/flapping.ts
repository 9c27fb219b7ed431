import type { FlappingConfig } from '../../../config/alerting/delivery-config.ts'

/**
 * The last looks at an alert. As Nagios does it: of the last 21 looks, 20 changes are possible; the share of those that happened,
 * newer ones counting more, says whether it flaps. Our look is a stretch of time, since rounds follow one another within seconds.
 * @see Nagios Core manual, Detection and Handling of State Flapping
 */
export interface FlapHistory {
  /** One bit for each look, the newest lowest: whether the alert began or ended in it. */
  readonly changes: number
  /** Number of the newest look: time divided by the length of a look. */
  readonly look: number
  readonly isFlapping: boolean
}

const LOOKS = 20
const ALL = 2 ** LOOKS - 1
const OLDEST_WEIGHT = 0.8
const NEWEST_WEIGHT = 1.2

/** An alert that was never seen. */
export const NO_FLAPS: FlapHistory = { changes: 0, look: 0, isFlapping: false }

/** The weighted share of looks with a change, in percent. */
export function changePercent({ changes }: Pick<FlapHistory, 'changes'>): number {
  let sum = 0
  for (let age = 0; age < LOOKS; age += 1) {
    const weight = NEWEST_WEIGHT - ((NEWEST_WEIGHT - OLDEST_WEIGHT) * age) / (LOOKS - 1)
    if ((changes & (1 << age)) !== 0) sum += weight
  }
  return (sum / LOOKS) * 100
}

/** The history after another round. `changed`: whether the alert began or ended in it. Pure. */
export function lookAgain(
  history: FlapHistory,
  changed: boolean,
  nowMs: number,
  { enabled, highPercent, lowPercent, sampleMs }: FlappingConfig,
): FlapHistory {
  const look = Math.floor(nowMs / sampleMs)
  const passed = Math.min(Math.max(look - history.look, 0), LOOKS)
  const moved = passed >= LOOKS ? 0 : (history.changes << passed) & ALL
  const changes = changed ? moved | 1 : moved
  const percent = changePercent({ changes })
  const isFlapping = enabled && (history.isFlapping ? percent >= lowPercent : percent >= highPercent)
  return { changes, look: Math.max(look, history.look), isFlapping }
}
