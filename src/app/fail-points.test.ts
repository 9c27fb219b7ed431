import { describe, expect, test } from 'vitest'
import { failPointsOf, parseFailPoint } from './fail-points.ts'

describe('fail points of the environment', () => {
  test('the signal is sent once, at the nth time that the point is reached', async () => {
    const sent: string[] = []
    const points = failPointsOf('batch.commit.after:2:SIGSTOP', (signal) => sent.push(signal))
    await points.reach('batch.commit.after')
    await points.reach('batch.commit.before')
    expect(sent).toEqual([])
    await points.reach('batch.commit.after')
    await points.reach('batch.commit.after')
    expect(sent).toEqual(['SIGSTOP'])
  })

  test('by default it is SIGKILL at the first time', () => {
    expect(parseFailPoint('takeover.swept')).toEqual({ point: 'takeover.swept', occurrence: 1, signal: 'SIGKILL' })
  })

  test.each(['nowhere', 'batch.commit.after:0', 'batch.commit.after:1:SIGHUP'])('%s is refused', (text) => {
    expect(() => parseFailPoint(text)).toThrow(RangeError)
  })

  test('without a setting nothing happens', async () => {
    await failPointsOf(undefined, () => expect.unreachable()).reach('batch.commit.after')
  })
})
