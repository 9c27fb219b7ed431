/** What one check of the monitoring found. */
export interface Diagnosis {
  /** AREA_WHAT, stable: programs refer to it. */
  readonly check: string
  /** `skipped`: there was nothing to look at, and that is in order. */
  readonly status: 'ok' | 'problem' | 'skipped'
  /** What was looked at, and what was seen. */
  readonly what: string
  /** What to do about a problem; what would make a skipped check possible. */
  readonly remedy?: string | undefined
}

/** What asking brought: an answer, or why there is none. */
export type Asked<T> =
  | { readonly tag: 'answer'; readonly value: T }
  | { readonly tag: 'failure'; readonly reason: string }

/** Asks, and never throws. */
export async function asked<T>(question: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { tag: 'answer', value: await question() }
  } catch (error) {
    return { tag: 'failure', reason: error instanceof Error ? error.message : String(error) }
  }
}
