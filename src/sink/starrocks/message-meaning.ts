import type { ErrorCode } from '../../core/error-codes.ts'
import type { BackOffClass } from './outcome.ts'

/** What a text says of a transaction; what follows from it depends on the call that it answers. */
export type TransactionNews = 'in-process' | 'in-doubt' | 'no-such-transaction' | 'aborted' | 'not-known'

/** What a text says, before it is known which call it answers. */
export type MessageMeaning =
  | { readonly tag: 'back-off'; readonly kind: BackOffClass; readonly why: string }
  | { readonly tag: 'rejected-rows'; readonly why: string }
  | { readonly tag: 'misconfigured'; readonly code: ErrorCode; readonly why: string }
  | { readonly tag: 'durable'; readonly visible: boolean }
  | { readonly tag: 'label-used'; readonly why: string }
  | { readonly tag: 'news'; readonly news: TransactionNews; readonly why: string }

type Rule = readonly [pattern: RegExp, meaning: (why: string) => MessageMeaning]

const is =
  (news: TransactionNews) =>
  (why: string): MessageMeaning => ({ tag: 'news', news, why })
const wait =
  (kind: BackOffClass) =>
  (why: string): MessageMeaning => ({ tag: 'back-off', kind, why })
const mend =
  (code: ErrorCode) =>
  (why: string): MessageMeaning => ({ tag: 'misconfigured', code, why })
const committed = (visible: boolean) => (): MessageMeaning => ({ tag: 'durable', visible })
const rejected = (why: string): MessageMeaning => ({ tag: 'rejected-rows', why })
const labelUsed = (why: string): MessageMeaning => ({ tag: 'label-used', why })

/** The first rule that fits counts: what is transient stands before what blames rows. @see reference/starrocks.md 1.3, 1.4, 2, 2.1, 6.1 */
const RULES: readonly Rule[] = [
  [/transaction status unknown/i, is('in-doubt')],
  [/has already committed|has already been commited|can not abort committed/i, committed(false)],
  [/can not abort visible/i, committed(true)],
  [/during committing|is committing/i, is('in-doubt')],
  // These quote the reason, which another load of the transaction gave: it says nothing about this one.
  [/already been cancell?ed|is aborting|current transaction is aborted/i, is('aborted')],
  [/too many versions/i, wait('busy')],
  [/current running txns on db|txn num per be exceeds limit|exceed http cuncurrent limit/i, wait('busy')],
  [/data size exceeds quota|replica count exceeds quota|exceeds? .*quota/i, wait('quota')],
  [/memory[^.]*exceed|exceed[^.]*memory|mem limit exceeded|memory limit/i, wait('memory')],
  [
    /no backend alive|no alive backend|no available capacity|shutting down|not ready|no compute node/i,
    wait('unreachable'),
  ],
  [/rpc.*(fail|timeout|timed out)|connection refused|leader.*not.*found|broken pipe/i, wait('unreachable')],
  [/label .*has already been used|transaction already started with label/i, labelUsed],
  [/no valid basic authorization|access denied for user/i, mend('SINK_AUTH')],
  [/access denied|privilege/i, mend('SINK_PRIVILEGE')],
  [
    /can't find the transaction|no transaction found|stream load task.*does not exist|transaction with label .* not exist|lost due to fe leader/i,
    is('no-such-transaction'),
  ],
  [/fail(ed)? to get tablet|tablet .*not (found|exist)/i, is('aborted')],
  [/load request not equal last|hasn't send any data yet/i, is('aborted')],
  [/already aborted|can not commit aborted|cancelled after fe restart/i, is('aborted')],
  [/timeout by txn manager|transaction.*timed? ?out/i, is('aborted')],
  [/too many filtered rows|primary key size exceed the limit|has filtered data in strict mode/i, rejected],
  [/null value in non-nullable|is out of range|is too long\. the type of/i, rejected],
  [/invalid utf-8 row|csv line length exceed|doesn't match source value column count/i, rejected],
  [/beyond the json payload limit/i, rejected],
  [/increase the limit by setting streaming_load_max_mb|set ignore_json_size/i, mend('TARGET_UNSUPPORTED')],
  [/unsupported operation|only primary key table support partial update/i, mend('TARGET_UNSUPPORTED')],
  [/unknown data format|invalid strict mode format|only one of http header/i, mend('TARGET_UNSUPPORTED')],
  [/no 100-continue header|no (database|table) selected|empty label|only be sent to fe nodes/i, mend('INTERNAL')],
  [/there is no data to load|have no load data/i, mend('INTERNAL')],
  [/request database .* not equal|unknown transaction operation/i, mend('INTERNAL')],
  [/receive body don't equal/i, is('aborted')],
  [
    /unknown (database|table)|failed to find (database|table)|(database|table) ?\[?.*\]? (does not|doesn't) exist/i,
    mend('TARGET_MISSING'),
  ],
]

/** Reads a text of StarRocks; null when none of the known ones is in it. */
export function judgeMessage(message: string): MessageMeaning | null {
  const rule = RULES.find(([pattern]) => pattern.test(message))
  return rule === undefined ? null : rule[1](message)
}
