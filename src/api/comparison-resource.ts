import { z } from 'zod'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import { jsonOrNull } from '../core/json-or-null.ts'
import { admitChange } from './admit-change.ts'
import { readBody } from './read-body.ts'
import type { Resource } from './resource.ts'
import { sendError, sendJson } from './send-json.ts'

const body = z.object({
  tables: z.array(z.object({ table: z.string(), rows_different: z.int().nonnegative() })).max(10_000),
})

/** `POST /api/v1/comparisons`: what `sync-app verify` has found, for the metrics and the log of the running service. */
export function comparisonResource(core: MonitorCore): Resource {
  return {
    name: '/api/v1/comparisons',
    path: '/api/v1/comparisons',
    post: async (request, response) => {
      const actor = admitChange(core, { request, response })
      if (actor === null) return
      const read = body.safeParse(jsonOrNull(await readBody(request.raw)))
      if (!read.success) {
        const remedy = 'Send {"tables": [{"table", "rows_different"}]}.'
        sendError(response, 400, { code: 'BAD_REQUEST', message: 'This is no result of a comparison.', remedy })
        return
      }
      sendJson(response, 200, { taken: take(core, read.data.tables, actor) })
    },
  }
}

/** Shows the results of tables that the pipeline has. Their number. */
function take(core: MonitorCore, tables: z.infer<typeof body>['tables'], actor: string): number {
  const labels = new Map([...core.health.jobs].map(({ table, label }) => [table, label]))
  let taken = 0
  let different = 0
  for (const { table, rows_different: rows } of tables) {
    const label = labels.get(table)
    if (label === undefined) continue
    core.registry.gauge('sync_row_count_drift', [label]).set(rows)
    taken += 1
    different += rows
  }
  const fields = { tables: taken, rows_different: different }
  const level = different > 0 ? 'WARNING' : 'INFO'
  core.log({ level, logger: 'sync_app.tables', message: 'Both sides were compared', fields, actor })
  return taken
}
