import type { ChangeHandler, Draft } from '../../src/core/change-stream.ts'
import type { Change, Transaction } from './scripted-log.ts'

/** The calls that changes make. */
export type ChangeCalls = Pick<ChangeHandler, 'insert' | 'update' | 'delete' | 'truncate'>

interface InProgress {
  readonly draft: Draft
  sent: number
}

/** Sends transactions while they are in progress, in pieces of no fixed size, into the drafts of a handler. */
export class ScriptedDrafts {
  readonly #handler: ChangeHandler
  readonly #deliver: (change: Change, to: ChangeCalls) => void
  readonly #inProgress = new Map<Transaction, InProgress>()

  constructor(handler: ChangeHandler, deliver: (change: Change, to: ChangeCalls) => void) {
    this.#handler = handler
    this.#deliver = deliver
  }

  /** Sends up to three changes of a transaction ahead of its commit. */
  sendSome(one: Transaction): void {
    const known = this.#inProgress.get(one) ?? this.#begin(one)
    if (known) this.#send(one, known, known.sent + Math.floor(Math.random() * 4))
  }

  /** Sends the rest and commits. False when the transaction must be delivered like any other. */
  isTaken(one: Transaction): boolean {
    const known = this.#inProgress.get(one)
    if (known === undefined) return false
    this.#inProgress.delete(one)
    this.#send(one, known, one.changes.length)
    if (!known.draft.usable) return false
    const head = { xid: one.xid, commitLsn: one.commitLsn, commitTimeUs: 0n }
    return this.#handler.takeDraft(known.draft, head, one.endLsn)
  }

  #begin(one: Transaction): InProgress | null {
    const draft = this.#handler.draft(one.xid)
    if (draft === null) return null
    const known = { draft, sent: 0 }
    this.#inProgress.set(one, known)
    return known
  }

  #send(one: Transaction, known: InProgress, upTo: number): void {
    const { draft } = known
    for (; known.sent < Math.min(upTo, one.changes.length); known.sent++) {
      const change = one.changes[known.sent]
      if (change && draft.usable) this.#deliver(change, callsOf(draft))
    }
  }
}

/** What a draft cannot hold makes it useless. */
function callsOf(draft: Draft): ChangeCalls {
  return {
    insert: (oid, row) => draft.insert(oid, row),
    update: (oid, row, old, oldKind) => draft.update(oid, row, old, oldKind),
    delete: (oid, old, oldKind) => draft.delete(oid, old, oldKind),
    truncate: () => draft.discard(),
  }
}
