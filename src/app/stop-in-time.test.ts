import { expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { STOP_WITHIN_MS, stopInTime } from './stop-in-time.ts'

it('waits for work that ends by itself', async () => {
  expect(await stopInTime(Promise.resolve(), new AbortController().signal, new FakeClock())).toBe('ended')
})

it('passes on why the work failed', async () => {
  const failing = Promise.reject(new Error('why'))
  await expect(stopInTime(failing, new AbortController().signal, new FakeClock())).rejects.toThrow('why')
})

it('drops what has not ended in time after it was asked to stop, and not before', async () => {
  const clock = new FakeClock()
  const abort = new AbortController()
  let answer: string | null = null
  const stopping = stopInTime(new Promise(() => undefined), abort.signal, clock).then((how) => (answer = how))
  await clock.advance(STOP_WITHIN_MS * 3)
  abort.abort()
  await clock.advance(STOP_WITHIN_MS - 1)
  expect(answer).toBeNull()
  await clock.advance(1)
  await stopping
  expect(answer).toBe('dropped')
})
