import type { Session } from './session.ts'

/** Keeps one session for questions that come now and then: opened at the first, opened anew after it was lost. */
export class SessionHolder implements AsyncDisposable {
  readonly #open: () => Promise<Session>
  #session: Promise<Session> | null = null
  #closed = false

  constructor(open: () => Promise<Session>) {
    this.#open = open
  }

  /** The session. @throws what opening throws. */
  async get(): Promise<Session> {
    if (this.#closed) throw new Error('the session is closed')
    const present = this.#session === null ? null : await this.#session.catch(() => null)
    if (present?.isUsable) return present
    this.#session = this.#open()
    return await this.#session
  }

  /** Asks by `question`; when the signal is aborted first, the connection is cut and the next question gets a new one. */
  async ask<Answer>(signal: AbortSignal, question: (session: Session) => Promise<Answer>): Promise<Answer> {
    const aborted = Promise.withResolvers<never>()
    const abort = (): void => aborted.reject(signal.reason)
    signal.throwIfAborted()
    signal.addEventListener('abort', abort, { once: true })
    const opening = this.get()
    try {
      return await Promise.race([opening.then(question), aborted.promise])
    } catch (error) {
      if (signal.aborted) opening.then((session) => session.destroy()).catch(() => undefined)
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const session = await this.#session?.catch(() => null)
    await session?.[Symbol.asyncDispose]()
  }
}
