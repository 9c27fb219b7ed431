import type { ServerResponse } from 'node:http'
import { SyncError } from '../core/sync-error.ts'
import { sendError, sendJson } from './send-json.ts'

/** Sends what was asked for about alerting, or why it cannot be had: 404 for what is not there, else 400. */
export async function sendAnswer(response: ServerResponse, answer: () => object | Promise<object>): Promise<void> {
  try {
    sendJson(response, 200, await answer())
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    const { code, message, remedy } = error
    sendError(response, code === 'ALERT_UNKNOWN' ? 404 : 400, { code, message, remedy })
  }
}
