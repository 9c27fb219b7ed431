import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { readExposition, type Exposition } from '../read-exposition.ts'
import { httpClient, serviceAddress, serviceClient, type ServiceClient } from '../service-client.ts'
import { asked, type Asked } from './diagnosis.ts'
import { readPrometheusFacts, type PrometheusFacts } from './prometheus-facts.ts'

/** Between two looks at the same counters. */
const LOOK_AGAIN_AFTER_MS = 2_500

/** Everything that `doctor metrics` looks at. */
export interface MetricsFacts {
  readonly http: HttpFacts
  readonly live: Asked<{ readonly status: number; readonly clockAheadMs: number | null }>
  /** `/metrics` on `http.port`, twice. */
  readonly metrics: Asked<{ readonly first: Exposition; readonly second: Exposition }>
  /** `/metrics` on `http.metrics_port`. */
  readonly metricsPort: Asked<Exposition>
  /** Null when none is configured. */
  readonly prometheus: Asked<PrometheusFacts> | null
}

/** Where the configuration serves what. */
export interface HttpFacts {
  readonly address: string
  readonly metricsAddress: string
  /** Whether other machines reach it. */
  readonly isLocal: boolean
}

/** Looks; takes about three seconds. Never throws, but when `abort` says so. */
export async function readMetricsFacts(
  config: Pick<Config, 'http'>,
  { clock, abort }: { readonly clock: Clock; readonly abort: AbortSignal },
): Promise<MetricsFacts> {
  const { host, metricsPort, prometheusUrl } = config.http
  const service = serviceClient(config)
  const metricsAddress = serviceAddress(host, metricsPort)
  const [live, metricsOnPort, prometheus, first] = await Promise.all([
    asked(async () => {
      const { status, dateMs } = await service.get('/health/live')
      return { status, clockAheadMs: dateMs === null ? null : dateMs - clock.now() }
    }),
    asked(() => expositionOf(httpClient(metricsAddress))),
    prometheusUrl === undefined ? null : asked(() => readPrometheusFacts(httpClient(prometheusUrl), clock.now())),
    asked(() => expositionOf(service)),
  ])
  return {
    http: { address: service.address, metricsAddress, isLocal: /^(?:127\.|::1$|localhost$)/.test(host) },
    live,
    metrics: first.tag === 'failure' ? first : await secondLook(first.value, service, { clock, abort }),
    metricsPort: metricsOnPort,
    prometheus,
  }
}

async function secondLook(
  first: Exposition,
  service: ServiceClient,
  { clock, abort }: { readonly clock: Clock; readonly abort: AbortSignal },
): Promise<MetricsFacts['metrics']> {
  await clock.sleep(LOOK_AGAIN_AFTER_MS, abort)
  return asked(async () => ({ first, second: await expositionOf(service) }))
}

async function expositionOf(client: ServiceClient): Promise<Exposition> {
  const { status, text } = await client.get('/metrics')
  if (status !== 200) throw new Error(`${client.address}/metrics was answered with status ${status}`)
  try {
    return readExposition(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Error(`${client.address}/metrics is no exposition of metrics: ${error.message}`, { cause: error })
  }
}
