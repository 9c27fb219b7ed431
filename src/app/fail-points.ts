import { FAIL_POINTS, type FailPoint, type FailPoints, NO_FAIL_POINTS } from '../core/fail-points.ts'

/** What `SYNC_FAIL_POINT` asks for: this signal, sent to ourselves, at the nth time that the point is reached. */
export interface FailPointOrder {
  readonly point: FailPoint
  readonly occurrence: number
  /** `BLOCK`: no signal, but an event loop that does not turn for some seconds. */
  readonly signal: 'SIGKILL' | 'SIGSTOP' | 'SIGTERM' | 'BLOCK'
}

/**
 * Reads `POINT[:OCCURRENCE[:SIGNAL]]`, such as `batch.commit.after:3:SIGSTOP`; by default the first time, and SIGKILL.
 * @throws {RangeError} when the point or the signal is not one that exists.
 */
export function parseFailPoint(text: string): FailPointOrder {
  const [name = '', occurrence = '1', signal = 'SIGKILL'] = text.split(':')
  const point = FAIL_POINTS.find((known) => known === name)
  if (point === undefined)
    throw new RangeError(`no fail point ${JSON.stringify(name)}; there are: ${FAIL_POINTS.join(', ')}`)
  if (!/^[1-9]\d{0,8}$/.test(occurrence)) throw new RangeError(`not a count: ${JSON.stringify(occurrence)}`)
  if (signal !== 'SIGKILL' && signal !== 'SIGSTOP' && signal !== 'SIGTERM' && signal !== 'BLOCK') {
    throw new RangeError(`not a signal for a fail point: ${JSON.stringify(signal)}`)
  }
  return { point, occurrence: Number(occurrence), signal }
}

/** Fail points as the environment asks for them; `send` gives this process the signal. */
export function failPointsOf(
  setting: string | undefined,
  send: (signal: FailPointOrder['signal']) => void,
): FailPoints {
  if (setting === undefined || setting === '') return NO_FAIL_POINTS
  const order = parseFailPoint(setting)
  let reached = 0
  return {
    reach: async (point) => {
      if (point !== order.point) return
      reached += 1
      if (reached === order.occurrence) send(order.signal)
    },
  }
}
