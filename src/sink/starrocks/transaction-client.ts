import type { Label } from '../../core/label.ts'
import type { StoredBody } from '../../core/sink.ts'
import { ExchangeError } from './http/exchange-error.ts'
import type { HttpReply } from './http/exchange.ts'
import type { LoadHttpClient, LoadRequest } from './http/load-http-client.ts'
import { LoadStream } from './load-stream.ts'
import { type CallKind, judgeAnswer, judgeSilence, type Outcome } from './outcome.ts'
import { parseReplyFields } from './reply-fields.ts'
import type { SinkTimeouts } from './target.ts'

/** A transaction's name at the target. */
export interface TransactionName {
  readonly label: Label
  readonly database: string
  /** The one table of a single-table transaction, empty where it is only to be ended; null for one over any tables of the database. */
  readonly table: string | null
}

/** A transaction whose begin was answered OK to us: only into such a one is anything loaded. */
export interface OpenTransaction {
  readonly name: TransactionName
  /** As begin gave it; absent when the server named none. Every later answer must name the same. */
  readonly txnId: string | undefined
}

/** Headers of one load, beside those that name the transaction. */
export type LoadHeaders = Readonly<Record<string, string>>

/** A bad value is never nulled in silence (design: rules that cost data). */
const STRICT: LoadHeaders = { strict_mode: 'true', max_filter_ratio: '0' }

/**
 * The calls of the transaction interface; each answers with an {@link Outcome} and never throws for what the target did.
 * @see reference/starrocks.md 2 and 2.1
 */
export class TransactionClient {
  readonly #http: LoadHttpClient
  readonly #timeouts: Pick<SinkTimeouts, 'prepareMs'>

  constructor(http: LoadHttpClient, timeouts: Pick<SinkTimeouts, 'prepareMs'>) {
    this.#http = http
    this.#timeouts = timeouts
  }

  /** Begins; the target gives it up by itself `timeoutS` seconds later. */
  async begin(name: TransactionName, timeoutS: number): Promise<{ outcome: Outcome; transaction: OpenTransaction }> {
    const headers = { ...nameHeaders(name), timeout: String(timeoutS) }
    const outcome = await this.#call('begin', { method: 'POST', path: '/api/transaction/begin', headers })
    return { outcome, transaction: { name, txnId: outcome.tag === 'ok' ? outcome.txnId : undefined } }
  }

  /** Sends one body of one table; never to be repeated within the transaction. */
  async load(
    transaction: OpenTransaction,
    table: string,
    headers: LoadHeaders,
    body: Buffer | StoredBody,
  ): Promise<Outcome> {
    const request = loadRequest(transaction, table, headers)
    return await this.#judged('load', transaction.txnId, async () => {
      return await (Buffer.isBuffer(body) ? this.#http.send(request, body) : this.#http.sendStored(request, body))
    })
  }

  /** Opens a load whose body comes piece by piece. */
  async openLoad(transaction: OpenTransaction, table: string, headers: LoadHeaders): Promise<LoadStream | Outcome> {
    const request = loadRequest(transaction, table, headers)
    try {
      const opened = await this.#http.open(request, {})
      if (opened.tag === 'open') {
        return new LoadStream(opened.exchange, async (reply) => {
          return await this.#judged('load', transaction.txnId, async () => await reply())
        })
      }
      return judge('load', transaction.txnId, opened.reply)
    } catch (error) {
      return silence('load', error)
    }
  }

  /** Has the rows checked and made safe; for single-table transactions only. */
  async prepare(transaction: OpenTransaction): Promise<Outcome> {
    const headers = nameHeaders(transaction.name)
    const replyMs = this.#timeouts.prepareMs
    const request = { method: 'POST', path: '/api/transaction/prepare', headers, replyMs } as const
    return await this.#call('prepare', request, transaction.txnId)
  }

  /** Commits. An OK is not yet believed: {@link state} tells (reference/starrocks.md 2.1). */
  async commit(transaction: OpenTransaction): Promise<Outcome> {
    const headers = nameHeaders(transaction.name)
    return await this.#call('commit', { method: 'POST', path: '/api/transaction/commit', headers }, transaction.txnId)
  }

  /** Rolls back whatever holds the label. */
  async rollback(name: TransactionName): Promise<Outcome> {
    return await this.#call('rollback', {
      method: 'POST',
      path: '/api/transaction/rollback',
      headers: nameHeaders(name),
      repeatable: true,
    })
  }

  /** Asks for the state of a label. */
  async state(database: string, label: Label): Promise<Outcome> {
    const path = `/api/${encodeURIComponent(database)}/get_load_state?label=${encodeURIComponent(label)}`
    return await this.#call('state', { method: 'GET', path, headers: {}, repeatable: true })
  }

  /** The text behind an `ErrorURL`; empty when it cannot be had: it only makes a report better. */
  async errorLog(address: string): Promise<string> {
    try {
      const reply = await this.#http.page(address)
      return reply?.status === 200 ? reply.body : ''
    } catch (error) {
      if (error instanceof ExchangeError) return ''
      throw error
    }
  }

  async #call(kind: CallKind, request: LoadRequest, expectedTxnId?: string): Promise<Outcome> {
    return await this.#judged(kind, expectedTxnId, async () => await this.#http.call(request))
  }

  async #judged(kind: CallKind, txnId: string | undefined, run: () => Promise<HttpReply>): Promise<Outcome> {
    try {
      return judge(kind, txnId, await run())
    } catch (error) {
      return silence(kind, error)
    }
  }
}

function judge(call: CallKind, expectedTxnId: string | undefined, reply: HttpReply): Outcome {
  return judgeAnswer({ call, httpStatus: reply.status, fields: parseReplyFields(reply.body), expectedTxnId })
}

function silence(call: CallKind, error: unknown): Outcome {
  if (!(error instanceof ExchangeError)) throw error
  return judgeSilence(call, error.phase !== 'connect', error.message)
}

function nameHeaders(name: TransactionName): Record<string, string> {
  const headers: Record<string, string> = { label: name.label, db: name.database }
  if (name.table === null) headers['transaction_type'] = 'multi'
  else if (name.table !== '') headers['table'] = name.table
  return headers
}

function loadRequest(transaction: OpenTransaction, table: string, headers: LoadHeaders): LoadRequest {
  const names = { ...nameHeaders(transaction.name), table }
  return { method: 'PUT', path: '/api/transaction/load', headers: { ...headers, ...STRICT, ...names } }
}
