import type { Checkpoint } from '../../src/core/checkpoint.ts'
import { lsn } from '../../src/core/lsn.ts'

/** The checkpoint of a pipeline that has run for a while: at 500 on timeline 1 of the system `S`. */
export const SOME_CHECKPOINT: Checkpoint = {
  number: 7n,
  endLsn: lsn(500n),
  commitTimeUs: 1n,
  epoch: 3n,
  writerId: 'w',
  incarnation: 'i',
  systemId: 'S',
  timeline: 1,
}
