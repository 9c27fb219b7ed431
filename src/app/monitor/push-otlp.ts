import { maskCredentials } from '../../config/mask-credentials.ts'
import { otlpRequest } from '../../observe/metrics/otlp.ts'
import type { MonitorCore } from './monitor-core.ts'

const TIMEOUT_MS = 10_000

/** Pushes all metrics to the OTLP receiver of the configuration, if there is one, until aborted. */
export async function pushOtlp(core: MonitorCore, signal: AbortSignal): Promise<void> {
  const { otlp } = core.setup.monitoring
  if (otlp === null) return
  const { clock } = core
  let failing = false
  while (!signal.aborted) {
    await clock.sleep(otlp.intervalMs, signal).catch(() => undefined)
    if (signal.aborted) return
    const failure = await pushOnce(core, otlp)
    core.registry.counter('sync_otlp_exports_total', [failure === null ? 'success' : 'failure']).add()
    if (failure !== null && !failing) {
      const fields = { error: failure, remedy: 'Check monitoring.otlp and that the receiver runs.' }
      core.log({ level: 'WARNING', message: 'Metrics cannot be pushed', fields })
    }
    failing = failure !== null
  }
}

/** Null when it was taken; else why not. */
async function pushOnce(
  core: MonitorCore,
  otlp: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
): Promise<string | null> {
  const { setup, series, clock } = core
  try {
    const reply = await fetch(`${otlp.url}/v1/metrics`, {
      method: 'POST',
      headers: { ...otlp.headers, 'content-type': 'application/json' },
      body: otlpRequest(series, setup, clock.now()),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await reply.body?.cancel()
    return reply.ok ? null : `the receiver answered ${reply.status}`
  } catch (error) {
    return maskCredentials(error instanceof Error ? error.message : String(error))
  }
}
