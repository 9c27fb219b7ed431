import { expect, test } from 'vitest'
import { waitFor } from './wait-for.ts'

test('returns the first answer that is not "not yet"', async () => {
  const answers = [false, undefined, null, 0]
  expect(await waitFor(() => answers.shift(), { describe: 'an answer' })).toBe(0)
})

test('takes an error for "not yet" and names the last one as cause of the failure', async () => {
  const mistake = new Error('not listening')
  const failure = waitFor(() => Promise.reject(mistake), { timeoutMs: 20, describe: async () => 'the server' })
  await expect(failure).rejects.toMatchObject({ message: 'Waited 20 ms in vain for: the server', cause: mistake })
})

test('ends in time when the condition itself hangs', async () => {
  const failure = waitFor(() => new Promise<true>(() => undefined), { timeoutMs: 20, describe: 'an answer' })
  await expect(failure).rejects.toThrow('Waited 20 ms in vain for: an answer')
})
