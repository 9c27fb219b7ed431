/** A condition is refused: a sentence that goes on after the condition, and which part of its text is to blame. */
export class ConditionError extends RangeError {
  /** Offsets in the condition's text, UTF-16 units. */
  readonly start: number
  readonly end: number

  constructor(message: string, place: { readonly start: number; readonly end: number }) {
    super(message)
    this.name = 'ConditionError'
    this.start = place.start
    this.end = place.end
  }
}
