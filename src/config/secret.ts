/** A value that is never shown: printing, inspecting or serialising it gives `***`. */
export interface Secret {
  /** The value itself: only for the call that needs it. */
  reveal(): string
  toString(): string
  toJSON(): string
}

/** What stands for a secret wherever it is shown. */
export const MASK = '***'

/** Wraps a secret so that it cannot be shown by accident. */
export function secret(value: string): Secret {
  const mask = (): string => MASK
  return Object.freeze({ reveal: () => value, toString: mask, toJSON: mask })
}

/** Whether a value was made by {@link secret}. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function'
}
