/** One item of the monitoring guide's checklist. */
export interface Tick {
  /** As the guide has it. */
  readonly item: string
  readonly ticked: boolean
  /** What was looked at, and what was seen. */
  readonly lookedAt: string
  /** What is still to be done. */
  readonly remedy?: string | undefined
}

/** What was found about an item. */
export type Judged = Omit<Tick, 'item'>
