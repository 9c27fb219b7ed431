import type { IncomingMessage } from 'node:http'

/** No request of ours needs more. */
const LONGEST_BYTES = 64 * 1024

/** The body of a request as text; null when it is too long. */
export async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > LONGEST_BYTES) return null
    chunks.push(part)
  }
  return Buffer.concat(chunks).toString('utf8')
}
