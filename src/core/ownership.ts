/**
 * Proof that this process still owns the pipeline's slot.
 *
 * An answer holds for a few seconds from when the question was *sent* (design: ownership).
 */
export interface Ownership {
  /**
   * Resolves at once while the last answer is valid, else asks.
   * @throws {SyncError} SINK_REPLACED when another process has the slot, OWNERSHIP_UNKNOWN when no answer came in time.
   */
  confirm(): Promise<void>
}
