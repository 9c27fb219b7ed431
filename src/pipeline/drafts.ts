import type { Draft } from '../core/change-stream.ts'
import { type DraftDeps, TransactionDraft } from './transaction-draft.ts'

/** The drafts of a session, and the memory and disk that they hold. At most one is being written: so its memory is bounded. */
export class Drafts implements AsyncDisposable {
  readonly #deps: DraftDeps
  readonly #held = new Set<TransactionDraft>()
  #written: TransactionDraft | null = null

  constructor(deps: DraftDeps) {
    this.#deps = deps
  }

  /** A draft for a transaction that has come; null while there is another one in progress. */
  begin(xid: number): TransactionDraft | null {
    if (this.#written?.usable === true) return null
    this.#forgetClosed()
    const draft = new TransactionDraft(xid, this.#deps)
    this.#written = draft
    this.#held.add(draft)
    return draft
  }

  /** The draft with all its rows when it can stand for its transaction, which has committed; else null, and it is discarded. */
  take(draft: Draft): TransactionDraft | null {
    const taken = this.#written === draft ? this.#written : null
    if (taken === null || !taken.usable || !taken.holds || !taken.end()) {
      draft.discard()
      return null
    }
    this.#written = null
    return taken
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const draft of this.#held) draft.discard()
    await Promise.all([...this.#held].map((draft) => draft.closed()))
    this.#held.clear()
  }

  #forgetClosed(): void {
    for (const draft of this.#held) if (draft.isClosed) this.#held.delete(draft)
  }
}
