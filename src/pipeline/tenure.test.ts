import { expect, test } from 'vitest'
import type { Checkpoint } from '../core/checkpoint.ts'
import { lsn } from '../core/lsn.ts'
import { asSyncError } from '../core/sync-error.ts'
import { Tenure } from './tenure.ts'

const row = (epoch: bigint, writerId: string): Checkpoint => ({
  number: 7n,
  endLsn: lsn(1n),
  commitTimeUs: 0n,
  epoch,
  writerId,
  incarnation: 'i',
  systemId: 's',
  timeline: 1,
})

/** A process that got the slot while the row was another one's at this epoch; null: that never had it. */
function tenureSince(epoch: bigint | null): Tenure {
  const tenure = new Tenure('us')
  if (epoch !== null) tenure.begin(row(epoch, 'before'))
  return tenure
}

test.each([
  ['never had the slot', null, row(9n, 'other'), false],
  ['the row is ours', 4n, row(5n, 'us'), false],
  ['nobody has raised the epoch since', 4n, row(4n, 'before'), false],
  ['another one has raised the epoch since', 4n, row(5n, 'other'), true],
  ['another one came after ours', 4n, row(6n, 'other'), true],
  ['the row is gone', 4n, null, false],
] as const)('%s', (_, since, found, replaced) => {
  const code = () => {
    try {
      tenureSince(since).refuseIfReplaced(found)
      return null
    } catch (error) {
      return asSyncError(error).code
    }
  }
  expect(code()).toBe(replaced ? 'SINK_REPLACED' : null)
})
