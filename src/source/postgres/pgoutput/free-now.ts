/**
 * Gives a large buffer's memory back to the system at once, not when the collector finds it. Whatever still points to
 * the buffer sees it empty. Only for buffers that have their memory to themselves (`Buffer.allocUnsafeSlow`).
 */
export function freeNow(buffer: Buffer): void {
  if (buffer.buffer instanceof ArrayBuffer && buffer.buffer.byteLength === buffer.length) buffer.buffer.transfer(0)
}
