/** Begins of a run that are counted for nobody: connections, compilation, and what the socket's buffers held before. */
export const WARM_UP_MS = 500

/** Time after which the buffers of a socket that nobody reads are full. */
export const BUFFERS_FILL_MS = 300
