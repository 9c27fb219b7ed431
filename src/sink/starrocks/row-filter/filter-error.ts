/** Something in a `where` that is not understood, and where: a character offset from 0. */
export class FilterError extends Error {
  readonly position: number
  /** What to write instead. */
  readonly suggestion: string

  constructor(message: string, position: number, suggestion = '') {
    super(message)
    this.name = 'FilterError'
    this.position = position
    this.suggestion = suggestion
  }
}
