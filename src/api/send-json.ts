import type { ServerResponse } from 'node:http'

/** Sends a JSON body; `null` fields stay, undefined ones are left out. Nothing is cached on the way. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  contentType = 'application/json; charset=utf-8',
): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  })
  response.end(response.req.method === 'HEAD' ? undefined : text)
}

/** Sends what went wrong, as every error of this API: `{"error": {"code", "message", "remedy"}}`. */
export function sendError(
  response: ServerResponse,
  status: number,
  error: { readonly code: string; readonly message: string; readonly remedy?: string | undefined },
): void {
  sendJson(response, status, { error })
}
