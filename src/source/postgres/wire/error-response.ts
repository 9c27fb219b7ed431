import type { ServerError } from './server-error.ts'

/**
 * Reads the fields of an ErrorResponse or NoticeResponse body. Fields that are cut short are left out.
 * @see PostgreSQL manual, Error and Notice Message Fields
 */
export function readErrorResponse(buffer: Buffer, start: number, end: number): ServerError {
  const fields = new Map<string, string>()
  for (let at = start; at < end && buffer[at] !== 0;) {
    const zero = buffer.indexOf(0, at + 1)
    if (zero === -1 || zero >= end) break
    fields.set(String.fromCharCode(buffer[at] ?? 0), buffer.toString('utf8', at + 1, zero))
    at = zero + 1
  }
  return {
    code: fields.get('C') ?? 'XX000',
    message: fields.get('M') ?? 'an error without a message',
    detail: fields.get('D'),
    hint: fields.get('H'),
  }
}
