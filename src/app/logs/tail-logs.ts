import { existsSync } from 'node:fs'
import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { serviceClient, type ServiceClient } from '../service-client.ts'
import { followFile } from './follow-file.ts'
import { isWanted, type LogFilter } from './log-filter.ts'
import { readLogLine, shownLine } from './read-log-line.ts'

/** Which lines are wanted, and how they are shown. */
export interface TailRequest {
  readonly filter: LogFilter
  /** Lines before now that are looked at; of those the wanted ones are shown. */
  readonly last: number
  readonly follow: boolean
  /** `file`: the configured one; `service`: the running service over HTTP; `any`: the file where there is one. */
  readonly from: 'file' | 'service' | 'any'
  readonly json: boolean
  readonly colour: boolean
  readonly clock: Pick<Clock, 'sleep'>
  readonly abort: AbortSignal
}

/**
 * Lines of the log, ready to be printed, without their newlines: from the configured file, else from the running service.
 * @throws {SyncError} when neither is there.
 */
export async function* tailLogs(config: Config, request: TailRequest): AsyncGenerator<string> {
  for await (const json of sourceOf(config, request)) {
    if (typeof json !== 'string') {
      yield request.json
        ? `{"skipped":${json.skipped}}`
        : `... skipped, because this reader is too slow: ${json.skipped}`
      continue
    }
    const line = readLogLine(json)
    if (line && isWanted(line, request.filter)) yield request.json ? line.json : shownLine(line, request.colour)
  }
}

/** Stands where lines are missing: what the service says of it. */
interface Gap {
  readonly skipped: string
}

function sourceOf(config: Config, request: TailRequest): AsyncIterable<string | Gap> {
  const path = config.logging.file?.path
  const fromFile = path !== undefined && (request.from === 'file' || (request.from === 'any' && existsSync(path)))
  return fromFile ? followFile({ ...request, path }) : serviceLines(serviceClient(config), request)
}

/** Lines that the service has at hand, and those that follow. */
async function* serviceLines(client: ServiceClient, request: TailRequest): AsyncGenerator<string | Gap> {
  const { filter, last, follow, abort } = request
  const query = new URLSearchParams({ lines: String(last), follow: String(follow) })
  for (const [name, value] of Object.entries(filter)) if (typeof value === 'string') query.set(name, value)
  try {
    for await (const { event, data } of client.events(`/api/v1/logs?${query.toString()}`, abort))
      yield event === 'skipped' ? { skipped: data } : data
  } catch (error) {
    if (!abort.aborted) throw error
  }
}
