import type { ServerResponse } from 'node:http'
import { parseLevelRequest } from '../app/logs/level-request.ts'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import type { SyncRequest } from '../app/monitor/monitor-messages.ts'
import { LOGGER_NAMES } from '../config/loggers.ts'
import { LOG_LEVELS } from '../config/logging-section.ts'
import { admitChange } from './admit-change.ts'
import { readBody } from './read-body.ts'
import type { Resource } from './resource.ts'
import { sendError, sendJson } from './send-json.ts'

type Change = Extract<SyncRequest, { readonly do: 'levels' }>['change']

/** `/api/v1/logging/levels`: the level of each logger; by PUT one is changed, until its time is over or the service ends. */
export function levelResource(core: MonitorCore): Resource {
  return {
    name: '/api/v1/logging/levels',
    path: '/api/v1/logging/levels',
    get: (_, response) => answer(core, null, response),
    put: async (request, response) => {
      const actor = admitChange(core, { request, response })
      if (actor === null) return
      const change = parseLevelRequest(await readBody(request.raw))
      if (change) await answer(core, { ...change, actor }, response)
      else sendError(response, 400, { code: 'BAD_REQUEST', message: 'This is no change of a level.', remedy: WANTED })
    },
  }
}

const WANTED = `Send {"logger", "level", "for_ms"} or {"logger", "reset": true}; loggers: ${LOGGER_NAMES.join(', ')}; levels: ${LOG_LEVELS.join(', ')}; for_ms: a number up to 31 days, or null.`

async function answer(core: MonitorCore, change: Change, response: ServerResponse): Promise<void> {
  const answered = await core.ask({ do: 'levels', change })
  if (answered.tag === 'levels') {
    const levels = answered.levels.map(({ logger, level, from, untilMs }) => ({
      logger,
      level,
      from,
      until_ms: untilMs,
    }))
    sendJson(response, 200, { levels })
  } else if (answered.tag === 'failed') sendError(response, 504, answered)
}
