import { replayNamed, testNamed } from '../app/alerts/rule-requests.ts'
import { shownRules } from '../app/alerts/shown-rules.ts'
import { inTurns } from '../app/monitor/alert-rounds.ts'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import type { ApiRequest, Resource } from './resource.ts'
import { sendAnswer } from './send-answer.ts'
import { sendJson } from './send-json.ts'

/** Alert rules: which are in force, their tests, and what they would have said. Open to who may look: nothing is changed, and nobody told. */
export function ruleResources(core: MonitorCore): readonly Resource[] {
  const config = core.alertingConfig
  const named = ({ parameters }: ApiRequest): string => parameters['name'] ?? ''
  return [
    {
      name: '/api/v1/alerts/rules',
      path: '/api/v1/alerts/rules',
      get: (_request, response) => sendJson(response, 200, { rules: shownRules(config.rules) }),
    },
    {
      name: '/api/v1/alerts/rules/:name/test',
      path: '/api/v1/alerts/rules/:name/test',
      post: (request, response) => sendAnswer(response, () => ({ outcomes: testNamed(config, named(request)) })),
    },
    {
      name: '/api/v1/alerts/rules/:name/replay',
      path: '/api/v1/alerts/rules/:name/replay',
      get: (request, response) =>
        sendAnswer(response, async () => {
          await core.samples.flush?.()
          const since = request.url.searchParams.get('since')
          return await replayNamed(config, { name: named(request), since, nowMs: core.clock.now() }, inTurns)
        }),
    },
  ]
}
