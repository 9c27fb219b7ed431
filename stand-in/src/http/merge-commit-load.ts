import { randomUUID } from 'node:crypto'
import { messageOf } from '../stand-in-error.ts'
import type { Fault } from '../fault.ts'
import { refuseBody, wholeBody } from './body.ts'
import { defaultTimeoutMs, plainReply } from './be-stream-load.ts'
import type { BeContext, HttpContext } from './context.ts'
import type { Merged, MergeEnd } from './merge-commits.ts'
import { loadTarget } from './load-target.ts'
import { header, headerMs } from './reply.ts'
import type { Exchange } from './server.ts'

/** Whether a load is to be merged with others; an older server does not know the header (reference/starrocks.md 2.3). */
export function isMergeCommit({ options }: HttpContext, { request }: Exchange): boolean {
  return options.version.mergeCommit && header(request, 'enable_merge_commit')?.toLowerCase() === 'true'
}

/** What the FE says to parameters that are missing (BatchWriteMgr.java); undefined when it redirects. */
export function mergeCommitRefusal({ request }: Exchange): object | undefined {
  for (const [name, word] of [
    ['merge_commit_interval_ms', 'interval'],
    ['merge_commit_parallel', 'parallel'],
  ] as const) {
    const text = header(request, name)
    if (text !== undefined && Number(text) > 0) continue
    const msg = `Batch write ${word} must be set positive, but is ${text ?? 'null'}`
    return { status: 'FAILED', code: 'INVALID_ARGUMENT', msg, message: msg }
  }
  return undefined
}

/**
 * One request of a merge commit at a BE: its rows join the transaction of its like. The synchronous form answers when
 * that is visible, the asynchronous one as soon as the rows are taken, before they are durable (2.3).
 */
export async function mergeCommitLoad(
  context: BeContext,
  exchange: Exchange,
  target: { readonly database: string; readonly table: string },
  fault: Fault | undefined,
): Promise<object> {
  const { request } = exchange
  const requestId = header(request, 'label') ?? randomUUID()
  const refusal = mergeCommitRefusal(exchange)
  try {
    if (refusal !== undefined) throw new Error(String(Object.entries(refusal).find(([key]) => key === 'msg')?.[1]))
    const table = loadTarget(context, request, target)
    const { skip_header: _ignored, ...headers } = request.headers
    const body = await wholeBody(exchange)
    const beganMs = context.clock.nowMs()
    const merged = await context.mergeCommits.append({
      table,
      headers,
      body,
      intervalMs: Number(header(request, 'merge_commit_interval_ms')),
      backEndId: context.backEnd.id,
      timeoutMs: headerMs(request, 'timeout') ?? defaultTimeoutMs(context),
      fault,
    })
    const isAsync = header(request, 'merge_commit_async')?.toLowerCase() === 'true'
    const end = isAsync ? ({ status: 'Success', message: 'OK' } as const) : await merged.ended
    return reply({ merged, end, requestId, loadBytes: body.length, tookMs: context.clock.nowMs() - beganMs })
  } catch (error) {
    refuseBody(exchange)
    return {
      ...plainReply({ label: '', status: 'Fail', message: messageOf(error) }),
      RequestId: requestId,
      LeftTimeMs: -1,
    }
  }
}

function reply(outcome: {
  readonly merged: Merged
  readonly end: MergeEnd
  readonly requestId: string
  readonly loadBytes: number
  readonly tookMs: number
}): object {
  const { merged, end, tookMs } = outcome
  return {
    ...plainReply({ label: merged.txn.label, status: end.status, message: end.message }),
    TxnId: merged.txn.id,
    LoadBytes: outcome.loadBytes,
    LoadTimeMs: tookMs,
    RequestId: outcome.requestId,
    LeftTimeMs: merged.leftMs,
    PendingTimeMs: 0,
    WaitPlanTimeMs: 0,
    WaitFinishTimeMs: tookMs,
  }
}
