/** A file that nothing outlives: bytes that are too many for memory, until they are needed. Gone when the process ends, however it ends. */
export interface ScratchFile extends AsyncDisposable {
  /** Appends the bytes and resolves with the offset at which they begin. One call at a time. @throws {SyncError} SPOOL_FULL */
  append(bytes: Buffer): Promise<number>
  /** Fills `target` with the bytes from `offset` on. @throws {SyncError} SPOOL_FULL when they cannot be read back. */
  read(target: Buffer, offset: number): Promise<void>
}

/** Makes an empty {@link ScratchFile}. @throws {SyncError} SPOOL_FULL when there is no room for it. */
export type CreateScratchFile = () => Promise<ScratchFile>
