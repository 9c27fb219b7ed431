/** What a stage says of an alert, and why. */
export type Verdict =
  | { readonly tag: 'pass' }
  | {
      readonly tag: 'held'
      readonly by: 'silence' | 'inhibition' | 'mute-time' | 'flapping' | 'acknowledged' | 'severity'
      readonly reason: string
      /** When that ends by itself, if it does. */
      readonly untilMs?: number | undefined
    }

/** Nothing is in the way. */
export const PASS: Verdict = { tag: 'pass' }
