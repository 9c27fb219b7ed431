/** What is said of a rule of the type map. */
export interface RuleText {
  /** Source types that it serves. */
  readonly from: string
  /** Target types that it fills. */
  readonly to: string
  /** What does not survive; null when every source value can be told from every other one, and read back. */
  readonly loses: string | null
  /** Values that the source type has and the target type has not: their rows are bad. Null when there are none. */
  readonly refuses: string | null
  /** Size above which a row is bad; null when no value of the source type reaches it. */
  readonly bound: string | null
  readonly csv: string
  readonly json: string
  readonly readBack: string
}
