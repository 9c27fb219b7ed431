import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'

/** How one attempt to send ended. Reasons never hold a secret. */
export type SendOutcome =
  | { readonly tag: 'delivered' }
  /** Trying again may help. `maybeArrived`: it is not certain that the receiver did not get it. */
  | {
      readonly tag: 'retry'
      readonly reason: string
      readonly retryAfterMs?: number | undefined
      readonly maybeArrived: boolean
    }
  /** Trying the same again cannot help. */
  | { readonly tag: 'refused'; readonly reason: string }

/** A way to tell somebody. */
export interface Channel extends AsyncDisposable {
  /** Makes one attempt; the same message again is a repetition that the receiver can recognise where its protocol allows. Never throws. */
  send(message: AlertMessage, links: MessageLinks, signal: AbortSignal): Promise<SendOutcome>
}
