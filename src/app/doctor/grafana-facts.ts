import { z } from 'zod'
import type { ServiceClient } from '../service-client.ts'
import { answeredJson } from './answered-json.ts'

/** What a Grafana shows of the service. */
export interface GrafanaFacts {
  readonly address: string
  /** Those whose queries name a metric of the service. */
  readonly dashboards: readonly ShownDashboard[]
}

/** A dashboard about the service. */
interface ShownDashboard {
  readonly title: string
  /** Metrics of the service in its queries, as they stand there. */
  readonly metrics: readonly string[]
}

/** More than this are not looked at. */
const MOST_DASHBOARDS = 200
/** Names with a colon are recording rules. */
const METRIC = /\bsync_[a-z0-9_]+\b(?!:)/g

const healthAnswer = z.object({ database: z.string() })
const searchAnswer = z.array(z.object({ uid: z.string(), title: z.string() }))

/** Asks a Grafana for its dashboards. @throws {Error} when it does not answer as one. @see https://grafana.com/docs/grafana/latest/developers/http_api/ */
export async function readGrafanaFacts(client: Pick<ServiceClient, 'get' | 'address'>): Promise<GrafanaFacts> {
  const { database } = healthAnswer.parse(await read(client, '/api/health'))
  if (database !== 'ok') throw new Error(`${client.address} says that its database is ${database}`)
  const found = searchAnswer.parse(await read(client, `/api/search?type=dash-db&limit=${MOST_DASHBOARDS}`))
  const dashboards: ShownDashboard[] = []
  for (const { uid, title } of found) {
    const queries = queriesIn(await read(client, `/api/dashboards/uid/${encodeURIComponent(uid)}`))
    const metrics = [...new Set(queries.flatMap((query) => query.match(METRIC) ?? []))].toSorted()
    if (metrics.length > 0) dashboards.push({ title, metrics })
  }
  return { address: client.address, dashboards }
}

async function read({ get, address }: Pick<ServiceClient, 'get' | 'address'>, path: string): Promise<unknown> {
  const { status, text } = await get(path)
  if (status === 401 || status === 403) throw new Error(`${address} wants a token: set http.grafana_token`)
  if (status !== 200) throw new Error(`${address}${path} was answered with status ${status}`)
  return answeredJson(text, `${address} does not answer as a Grafana does`)
}

/** Every `expr` of a dashboard, wherever it stands. Pure. */
function queriesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(queriesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'expr' && typeof inner === 'string' ? [inner] : queriesIn(inner),
  )
}
