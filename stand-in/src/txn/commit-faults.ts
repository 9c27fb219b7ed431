import { assumptions } from '../assumptions.ts'
import type { Fault } from '../fault.ts'
import { LoadFailure } from '../load/field-row.ts'
import { tooManyVersions } from '../storage/tablet-versions.ts'
import { TxnRefusal } from './txn-refusal.ts'
import type { CommitRequest } from './txn-request.ts'

/** When a publication is done, and how long somebody waits for it. */
export interface Publication {
  readonly delayMs: number
  readonly waitMs: number
}

/** How a publication that is not done at once goes on; undefined for the ordinary one. `publishMs`: the setting. */
export function publicationOf(
  { fault, waitMs = Number.POSITIVE_INFINITY }: CommitRequest,
  publishMs: number,
): Publication | undefined {
  if (fault?.action === 'publish-timeout') return { delayMs: fault.ms, waitMs: 0 }
  const delayMs = fault?.action === 'slow-publish' ? fault.ms : publishMs
  return delayMs === 0 ? undefined : { delayMs, waitMs }
}

/** @throws {LoadFailure} when the fault fails a commit before its work. */
export function strikeBefore(fault: Fault | undefined): void {
  if (fault?.action === 'fail' || fault?.action === 'false-ok') throw new LoadFailure(fault.text)
  if (fault?.action === 'too-many-versions') throw new LoadFailure(tooManyVersions(10012, 1230, 1000))
  if (fault?.action === 'disk-full') throw new LoadFailure(assumptions.diskFullText)
}

/** @throws {TxnRefusal} when the BE loses the FE's answer to a commit (1.3): the rows are visible all the same. */
export function strikeAfter(fault: Fault | undefined): void {
  if (fault?.action !== 'commit-unknown') return
  throw new TxnRefusal(
    'SERVICE_UNAVAILABLE',
    'Commit transaction fail cause rpc timeout, Transaction status unknown, you can retry with same label.',
  )
}
