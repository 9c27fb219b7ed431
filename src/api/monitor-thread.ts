/** The monitor thread: owns the listening sockets, shows metrics and health, hosts what watches the sync. Started by `startMonitor`. */
import { parentPort, workerData } from 'node:worker_threads'
import { healthViews } from '../app/monitor/health-views.ts'
import { type MonitorCore, openMonitorCore } from '../app/monitor/monitor-core.ts'
import { runMonitorServices } from '../app/monitor/monitor-services.ts'
import { statusViews } from '../app/monitor/status-views.ts'
import { systemClock } from '../app/system-clock.ts'
import { acknowledgeResource } from './acknowledge-resource.ts'
import { alertResources } from './alert-resources.ts'
import { healthResources } from './health-resources.ts'
import { type HttpListener, listen } from './http-listener.ts'
import { comparisonResource } from './comparison-resource.ts'
import { levelResource } from './level-resource.ts'
import { logResource } from './log-resource.ts'
import { metricListResource } from './metric-list-resource.ts'
import { metricsResource } from './metrics-resource.ts'
import { prometheusProxy } from './prometheus-proxy.ts'
import type { Resource } from './resource.ts'
import { ruleResources } from './rule-resources.ts'
import { statusResource } from './status-resource.ts'
import { tableResources } from './table-resources.ts'

/** What `http.port` serves. */
function mainResources(core: MonitorCore): readonly Resource[] {
  const views = statusViews(core)
  return [
    ...healthResources(healthViews(core)),
    metricsResource(core),
    statusResource(views),
    ...tableResources(core, views),
    metricListResource(views),
    logResource(core),
    levelResource(core),
    comparisonResource(core),
    acknowledgeResource(core),
    ...ruleResources(core),
    ...alertResources(core),
  ]
}

/** What `http.metrics_port` serves. */
function metricsPortResources(core: MonitorCore): readonly Resource[] {
  return [metricsResource(core), prometheusProxy(core)]
}

/** Opens both ports, or tells which one cannot be had. */
async function openPorts(core: MonitorCore, closing: AsyncDisposableStack): Promise<void> {
  const { host, port, metricsPort } = core.setup.http
  const open = async (key: string, wanted: number, resources: readonly Resource[]): Promise<HttpListener | null> => {
    try {
      return closing.use(await listen({ host, port: wanted, resources }, core))
    } catch (error) {
      core.tell({ tag: 'cannot-listen', key, reason: error instanceof Error ? error.message : String(error) })
      return null
    }
  }
  const main = await open('http.port', port, mainResources(core))
  const metrics = main && (await open('http.metrics_port', metricsPort, metricsPortResources(core)))
  if (main && metrics) core.tell({ tag: 'listening', ports: { port: main.port, metricsPort: metrics.port } })
}

async function main(): Promise<void> {
  if (parentPort === null) throw new Error('this file is run as a thread of the service')
  await using closing = new AsyncDisposableStack()
  const core = closing.use(openMonitorCore(parentPort, workerData, systemClock()))
  await openPorts(core, closing)
  await runMonitorServices(core)
}

await main()
