import { expect, test } from 'vitest'
import { systemClock } from './system-clock.ts'

const clock = systemClock()

test('now is the wall clock, and the monotonic clock moves with it', async () => {
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000)
  const before = clock.monotonicMs()
  await clock.sleep(5)
  expect(clock.monotonicMs() - before).toBeGreaterThan(4)
})

test('a timer runs once, unless it was cancelled', async () => {
  const ran: string[] = []
  const cancelled = clock.setTimer(1, () => ran.push('cancelled'))
  cancelled.cancel()
  cancelled.cancel()
  const ended = Promise.withResolvers<void>()
  clock.setTimer(2, () => {
    ran.push('ran')
    ended.resolve()
  })
  await ended.promise
  expect(ran).toEqual(['ran'])
})

test('a delay longer than the platform can count does not run at once', async () => {
  let ran = false
  const timer = clock.setTimer(2 ** 40, () => {
    ran = true
  })
  await clock.sleep(5)
  timer.cancel()
  expect(ran).toBe(false)
})

test('a sleep ends with the reason of its signal', async () => {
  const abort = new AbortController()
  const sleeping = clock.sleep(60_000, abort.signal)
  const reason = new Error('stop')
  abort.abort(reason)
  await expect(sleeping).rejects.toBe(reason)
  await expect(clock.sleep(1, abort.signal)).rejects.toBe(reason)
})
