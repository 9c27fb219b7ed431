import type { Clock } from '../core/clock.ts'

/** How long the batch in flight may take to end after the service was asked to stop. A supervisor usually kills after 10 s. */
export const STOP_WITHIN_MS = 8_000

/**
 * Waits for the work to end; once it was asked to stop, no longer than {@link STOP_WITHIN_MS}: what is then in flight is dropped, which
 * is harmless (the successor ends it). Answers which of the two it was.
 * @throws what the work throws.
 */
export async function stopInTime(work: Promise<void>, abort: AbortSignal, clock: Clock): Promise<'ended' | 'dropped'> {
  const late = Promise.withResolvers<'dropped'>()
  const arm = (): void => void clock.setTimer(STOP_WITHIN_MS, () => late.resolve('dropped'))
  if (abort.aborted) arm()
  else abort.addEventListener('abort', arm, { once: true })
  try {
    return await Promise.race([work.then(() => 'ended' as const), late.promise])
  } finally {
    abort.removeEventListener('abort', arm)
    // After a drop the process ends; nobody is left to hear of it.
    work.catch(() => undefined)
  }
}
