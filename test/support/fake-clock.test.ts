import { expect, test } from 'vitest'
import { FakeClock } from './fake-clock.ts'

test('runs timers in the order in which they fall due, each at its instant', async () => {
  const clock = new FakeClock()
  const ran: string[] = []
  const note = (name: string) => () => ran.push(`${name} at ${clock.monotonicMs()}`)
  clock.setTimer(20, note('second'))
  clock.setTimer(10, note('first'))
  clock.setTimer(20, note('third'))
  clock.setTimer(31, note('too late'))
  clock.setTimer(5, note('called off')).cancel()
  await clock.advance(30)
  expect(ran).toEqual(['first at 10', 'second at 20', 'third at 20'])
  expect(clock.monotonicMs()).toBe(30)
  expect(clock.pendingTimers).toBe(1)
})

test('runs timers that are set while it advances', async () => {
  const clock = new FakeClock()
  let rounds = 0
  const loop = async () => {
    for (;;) {
      await clock.sleep(10)
      rounds += 1
    }
  }
  void loop()
  await clock.advance(100)
  expect(rounds).toBe(10)
})

test('an aborted sleep rejects with the reason and leaves no timer', async () => {
  const clock = new FakeClock()
  const stop = new AbortController()
  const sleeping = clock.sleep(1_000, stop.signal)
  stop.abort(new Error('stopping'))
  await expect(sleeping).rejects.toThrow('stopping')
  await expect(clock.sleep(1_000, stop.signal)).rejects.toThrow('stopping')
  expect(clock.pendingTimers).toBe(0)
})

test('a jump of the wall clock leaves monotonic time and timers alone', async () => {
  const clock = new FakeClock()
  const before = clock.now()
  clock.jumpWallClock(-5_000)
  await clock.advance(1)
  expect(clock.now()).toBe(before - 4_999)
  expect(clock.monotonicMs()).toBe(1)
})
