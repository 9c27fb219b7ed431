import type { ErrorCode } from '../../core/error-codes.ts'
import { judgeMessage, type MessageMeaning, type TransactionNews } from './message-meaning.ts'
import type { ReplyFields } from './reply-fields.ts'

/** The call that was answered: the same words mean different things after different calls. */
export type CallKind = 'begin' | 'load' | 'prepare' | 'commit' | 'rollback' | 'plain-load' | 'state' | 'sql'

/** Where a transaction stands, as far as it matters to what is done next. */
export type TransactionState = 'open' | 'committing' | 'committed' | 'visible' | 'aborted' | 'unknown'

/** Why waiting may help. */
export type BackOffClass = 'busy' | 'unreachable' | 'memory' | 'quota'

/** What an answer means: the only thing that anything after it looks at. */
export type Outcome =
  /** The call did what it was asked for. */
  | { readonly tag: 'ok'; readonly txnId?: string | undefined }
  /** The data is in the target for good. `visible` false: readers may not see it yet. */
  | { readonly tag: 'durable'; readonly visible: boolean }
  /** The answer to `get_load_state`, or what a begin says about the holder of its label. */
  | { readonly tag: 'label-is'; readonly state: TransactionState; readonly why: string }
  /** It may have happened or not: ask for the label's state, then for the row. */
  | { readonly tag: 'ask-state'; readonly why: string }
  /** This transaction is lost without trace; the same work is begun again under the next label. */
  | { readonly tag: 'next-attempt'; readonly why: string }
  /** Nothing is wrong with the data; the target cannot take it now. */
  | { readonly tag: 'back-off'; readonly kind: BackOffClass; readonly why: string }
  /** The target refuses rows for their values: trying again gives the same. */
  | { readonly tag: 'rejected-rows'; readonly why: string; readonly errorUrl?: string | undefined }
  /** A person has to mend something first. */
  | { readonly tag: 'misconfigured'; readonly code: ErrorCode; readonly why: string }

/** An answer over HTTP, as far as it has been understood. */
export interface Answer {
  readonly call: CallKind
  readonly httpStatus: number
  /** Null when the body is no JSON object. */
  readonly fields: ReplyFields | null
  /** The transaction id that begin gave; an answer about another one is about another transaction. */
  readonly expectedTxnId?: string | undefined
}

/**
 * Decides what an answer means. The one place that knows StarRocks' words (reference/starrocks.md 1.3, 1.4, 2, 2.1, 6.1).
 *
 * A text that is not known is never taken for a fault of the rows: it is a question after a commit, else another attempt.
 */
export function judgeAnswer(answer: Answer): Outcome {
  const { httpStatus, fields, call } = answer
  if (httpStatus === 401) return unauthorized(fields)
  if (httpStatus === 403) return { tag: 'misconfigured', code: 'SINK_PRIVILEGE', why: textOf(answer) }
  if (httpStatus === 307) return { tag: 'back-off', kind: 'unreachable', why: 'redirected once too often' }
  if (httpStatus !== 200 || fields === null) return withoutFields(answer)
  if (call === 'state') return judgeState(fields)
  const differs = answer.expectedTxnId !== undefined && fields.txnId !== undefined && fields.txnId !== '-1'
  if (differs && fields.txnId !== answer.expectedTxnId && call !== 'rollback') {
    return { tag: 'ask-state', why: `answered for transaction ${fields.txnId}, not ${answer.expectedTxnId}` }
  }
  return judgeStatus(call, fields)
}

/** A call that got no answer. `delivered` false: no connection was made. */
export function judgeSilence(call: CallKind, delivered: boolean, why: string): Outcome {
  if (delivered && changesMore(call)) return { tag: 'ask-state', why }
  return { tag: 'back-off', kind: 'unreachable', why }
}

/** Calls whose loss leaves more than an open transaction in doubt. */
function changesMore(call: CallKind): boolean {
  return call === 'commit' || call === 'plain-load' || call === 'begin' || call === 'rollback'
}

/** An FE answers 401 to a wrong password and to a user without the privilege alike; only the text tells which (1.1). */
function unauthorized(fields: ReplyFields | null): Outcome {
  const told = fields?.message ?? ''
  if (/privilege/i.test(told)) return { tag: 'misconfigured', code: 'SINK_PRIVILEGE', why: told }
  return { tag: 'misconfigured', code: 'SINK_AUTH', why: 'user or password was refused' }
}

function textOf(answer: Answer): string {
  return answer.fields?.message ?? `HTTP status ${answer.httpStatus}`
}

function withoutFields(answer: Answer): Outcome {
  const why = `HTTP status ${answer.httpStatus} and no answer in JSON`
  const told = answer.fields === null ? null : judgeMessage(answer.fields.message)
  if (told !== null) return ofMeaning(answer.call, told, answer.fields)
  // A gateway or a dying server: after a commit nobody knows what happened behind it.
  return judgeSilence(answer.call, true, why)
}

function judgeState(fields: ReplyFields): Outcome {
  const state = fields.state === undefined ? undefined : stateOf(fields.state)
  if (state !== undefined) return { tag: 'label-is', state, why: fields.message }
  const told = judgeMessage(fields.message)
  if (told !== null && told.tag !== 'news') return ofMeaning('state', told, fields)
  return { tag: 'back-off', kind: 'unreachable', why: `no state in the answer: ${fields.message}` }
}

const STATES: Readonly<Record<string, TransactionState>> = {
  PREPARE: 'open',
  PREPARED: 'open',
  BEGIN: 'open',
  BEFORE_LOAD: 'open',
  LOADING: 'open',
  PREPARING: 'open',
  RUNNING: 'open',
  ABORTING: 'committing',
  COMMITING: 'committing',
  COMMITTING: 'committing',
  COMMITED: 'committed',
  COMMITTED: 'committed',
  VISIBLE: 'visible',
  FINISHED: 'visible',
  ABORTED: 'aborted',
  CANCELLED: 'aborted',
  UNKNOWN: 'unknown',
}

/** Reads a state as any of the interfaces spells it; undefined when it is none of them. */
export function stateOf(text: string): TransactionState | undefined {
  return STATES[text.toUpperCase()]
}

const STATUS_NEWS: Readonly<Record<string, TransactionNews>> = {
  TXN_NOT_EXISTS: 'no-such-transaction',
  TXN_IN_PROCESSING: 'in-process',
  ABORTED: 'aborted',
}

function judgeStatus(call: CallKind, fields: ReplyFields): Outcome {
  const status = fields.status.toUpperCase().replaceAll(' ', '_')
  const { txnId, message: why } = fields
  // "already committed" and "already aborted" are OK too: repeated calls.
  if (status === 'OK' && call !== 'plain-load') return { tag: 'ok', txnId }
  if (status === 'SUCCESS') return { tag: 'durable', visible: true }
  if (status === 'PUBLISH_TIMEOUT') return { tag: 'durable', visible: false }
  if (status === 'LABEL_ALREADY_EXISTS') return labelIs(fields)
  const news = STATUS_NEWS[status]
  const told = news === 'aborted' || news === undefined ? judgeMessage(why) : null
  return ofMeaning(call, told ?? { tag: 'news', news: news ?? 'not-known', why: why || fields.status }, fields)
}

function labelIs(fields: ReplyFields | null): Outcome {
  const state = stateOf(fields?.existingJobStatus ?? '') ?? 'unknown'
  return { tag: 'label-is', state, why: fields?.message ?? '' }
}

/** What words mean after this call. */
function ofMeaning(call: CallKind, meaning: MessageMeaning, fields: ReplyFields | null): Outcome {
  switch (meaning.tag) {
    case 'back-off':
    case 'misconfigured':
    case 'durable':
      return meaning
    case 'rejected-rows':
      return { ...meaning, errorUrl: fields?.errorUrl }
    case 'label-used':
      return labelIs(fields)
    case 'news':
      return meaning.news === 'not-known' ? ofUnknownText(call, fields, meaning.why) : ofNews(call, meaning)
  }
}

type Reaction = 'ask-state' | 'next-attempt' | 'ok'

/** What follows from news of a transaction; by call where it differs. */
const REACTIONS: Readonly<
  Record<Exclude<TransactionNews, 'not-known'>, { readonly usual: Reaction } & Partial<Record<CallKind, Reaction>>>
> = {
  'in-process': { usual: 'ask-state', load: 'next-attempt', prepare: 'next-attempt' },
  'in-doubt': { usual: 'ask-state' },
  // After a commit it may mean that the label was forgotten, or that the leader is a new one.
  'no-such-transaction': { usual: 'next-attempt', commit: 'ask-state' },
  aborted: { usual: 'next-attempt', rollback: 'ok' },
}

function ofNews(call: CallKind, meaning: { readonly news: TransactionNews; readonly why: string }): Outcome {
  const reactions = meaning.news === 'not-known' ? REACTIONS['in-doubt'] : REACTIONS[meaning.news]
  return { tag: reactions[call] ?? reactions.usual, why: meaning.why }
}

function ofUnknownText(call: CallKind, fields: ReplyFields | null, why: string): Outcome {
  if (call === 'sql') return { tag: 'misconfigured', code: 'SINK_QUERY', why }
  if (call === 'commit' || call === 'rollback') return { tag: 'ask-state', why }
  if ((fields?.filteredRows ?? 0) > 0) return { tag: 'rejected-rows', why, errorUrl: fields?.errorUrl }
  return { tag: 'next-attempt', why }
}

/** What an error of the MySQL protocol means; almost all are 1064, so the text decides. */
export function judgeSqlError(errno: number, message: string): Outcome {
  if (errno === 1045) return { tag: 'misconfigured', code: 'SINK_AUTH', why: message }
  const told = judgeMessage(message)
  if (told !== null) return ofMeaning('sql', told, null)
  const privilege = errno === 1044 || errno === 1142 || errno === 1143 || errno === 1227 || errno === 5203
  if (privilege) return { tag: 'misconfigured', code: 'SINK_PRIVILEGE', why: message }
  const missing = errno === 1049 || errno === 1146 || errno === 5501 || errno === 5502
  if (missing) return { tag: 'misconfigured', code: 'TARGET_MISSING', why: message }
  return { tag: 'misconfigured', code: 'SINK_QUERY', why: message }
}
