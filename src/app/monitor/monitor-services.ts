import { Rates } from '../../observe/metrics/rates.ts'
import { SystemCollector } from '../../observe/system/system-collector.ts'
import { collectUntil } from './collect.ts'
import { keepSamples } from './keep-samples.ts'
import type { MonitorCore } from './monitor-core.ts'
import { pushOtlp } from './push-otlp.ts'
import { runAlerting } from './run-alerting.ts'
import { systemSources } from './system-sources.ts'

/** Something that lives in the monitor thread until `signal` is aborted. It must not throw: whatever goes wrong is logged. */
export type MonitorService = (core: MonitorCore, signal: AbortSignal) => Promise<void>

const BEAT_EVERY_MS = 250
const RATES_EVERY_MS = 1_000
const SYSTEM_EVERY_MS = 5_000

const watchLoop: MonitorService = (core, signal) => core.loop.run(core.clock, signal)

/** Shows the sync thread that this one turns. */
const beat: MonitorService = async ({ setup, clock }, signal) => {
  const cells = new Int32Array(setup.monitorBeat)
  while (!signal.aborted) {
    Atomics.add(cells, 0, 1)
    await clock.sleep(BEAT_EVERY_MS, signal).catch(() => undefined)
  }
}

const keepRates: MonitorService = (core, signal) => {
  const { clock, registry, series } = core
  const rates = new Rates(series, registry)
  const lines = registry.gauge('sync_metrics_series', [])
  const collect = (): void => {
    rates.look(clock.monotonicMs() / 1000)
    lines.set(series.lines)
  }
  return collectUntil({ name: 'rates', everyMs: RATES_EVERY_MS, collect }, core, signal)
}

const measureSystem: MonitorService = (core, signal) => {
  const { clock, registry, setup } = core
  const { systemMetrics } = setup.monitoring
  const options = { systemMetrics, directories: setup.directories }
  const system = new SystemCollector(registry, systemSources(clock), options)
  return collectUntil({ name: 'system', everyMs: SYSTEM_EVERY_MS, collect: () => system.collect() }, core, signal)
}

/** Everything that runs in the monitor thread beside HTTP. Add a service here. */
const SERVICES: readonly MonitorService[] = [
  watchLoop,
  beat,
  keepRates,
  measureSystem,
  pushOtlp,
  runAlerting,
  keepSamples,
]

/** Runs all services until the thread is asked to end. */
export async function runMonitorServices(core: MonitorCore): Promise<void> {
  await Promise.all(SERVICES.map((service) => service(core, core.ending)))
}
