import { setTimeout as delay } from 'node:timers/promises'

/** How long to wait, and for what. */
export interface WaitOptions {
  /** Default 10 000. */
  readonly timeoutMs?: number | undefined
  /** What is waited for, for the message of the failure; a function may tell the state that was found last. */
  readonly describe: string | (() => string | Promise<string>)
}

const FIRST_INTERVAL_MS = 2
const LONGEST_INTERVAL_MS = 100

/** What a condition may answer as "not yet". */
type NotYet = false | undefined | null

/**
 * Asks `condition` again and again until it answers something else than `false`, `undefined` or `null`, and returns
 * that. A condition that throws is not fulfilled yet: its last error becomes the cause of the failure.
 *
 * The only place in tests where real time passes on purpose.
 *
 * @throws {Error} after `timeoutMs`, also when the condition itself hangs.
 */
export async function waitFor<T>(
  condition: () => T | NotYet | Promise<T | NotYet>,
  options: WaitOptions,
): Promise<Exclude<T, NotYet>> {
  const timeoutMs = options.timeoutMs ?? 10_000
  const deadline = performance.now() + timeoutMs
  let lastError: unknown
  for (let intervalMs = FIRST_INTERVAL_MS; ; intervalMs = Math.min(intervalMs * 1.5, LONGEST_INTERVAL_MS)) {
    try {
      const answer = await within(deadline - performance.now(), condition)
      if (isFulfilled(answer)) return answer
    } catch (error) {
      lastError = error
    }
    if (performance.now() + intervalMs > deadline) break
    await delay(intervalMs)
  }
  const what = typeof options.describe === 'string' ? options.describe : await options.describe()
  throw new Error(`Waited ${timeoutMs} ms in vain for: ${what}`, { cause: lastError })
}

function isFulfilled<T>(answer: T | NotYet): answer is Exclude<T, NotYet> {
  return answer !== false && answer !== undefined && answer !== null
}

async function within<T>(timeoutMs: number, condition: () => T | Promise<T>): Promise<T | undefined> {
  const timer = new AbortController()
  const timeout = delay(Math.max(timeoutMs, 0), undefined, { signal: timer.signal })
  try {
    return await Promise.race([condition(), timeout])
  } finally {
    timer.abort()
    timeout.catch(() => undefined)
  }
}
