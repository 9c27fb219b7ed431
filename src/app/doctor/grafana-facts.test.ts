import { expect, test } from 'vitest'
import { smallHttpServer } from '../../../test/support/small-http-server.ts'
import { httpClient } from '../service-client.ts'
import { readGrafanaFacts } from './grafana-facts.ts'

const dashboard = (expr: string) => ({ dashboard: { panels: [{ panels: [{ targets: [{ expr }] }] }] } })
const ok = (body: unknown) => ({ status: 200, body: JSON.stringify(body) })

test('dashboards about the service are found, wherever in them its metrics stand', async () => {
  await using server = await smallHttpServer({
    '/api/health': ok({ database: 'ok' }),
    '/api/search': ok([
      { uid: 'a', title: 'Sync' },
      { uid: 'b', title: 'Other' },
    ]),
    '/api/dashboards/uid/a': ok(
      dashboard('rate(sync_bytes_total{direction="in"}[5m]) / sync_table:dead_letters + sync_lag_bytes'),
    ),
    '/api/dashboards/uid/b': ok(dashboard('node_load1 + rsync_total')),
  })
  const { dashboards } = await readGrafanaFacts(httpClient(server.address))
  expect(dashboards).toEqual([{ title: 'Sync', metrics: ['sync_bytes_total', 'sync_lag_bytes'] }])
})

test.each([
  ['wants a token', { status: 401, body: '{}' }, 'http.grafana_token'],
  ['is something else', { status: 200, body: '<html>' }, 'does not answer as a Grafana does'],
  ['is broken', ok({ database: 'failing' }), 'database is failing'],
  ['has no such page', { status: 404, body: '' }, 'status 404'],
])('a Grafana that %s is told', async (_, health, message) => {
  await using server = await smallHttpServer({ '/api/health': health })
  await expect(readGrafanaFacts(httpClient(server.address))).rejects.toThrow(message)
})
