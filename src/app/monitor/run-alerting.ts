import { setImmediate as turn } from 'node:timers/promises'
import { alertingSection, type AlertingConfig } from '../../config/alerting-section.ts'
import { secret } from '../../config/secret.ts'
import { asSyncError } from '../../core/sync-error.ts'
import type { ServiceFacts } from '../../observe/health/job-view.ts'
import { SqlClient } from '../../sink/starrocks/mysql/sql-client.ts'
import { AlertTable } from '../../sink/starrocks/state/alert-table.ts'
import { DEFAULT_TIMEOUTS } from '../../sink/starrocks/target.ts'
import { openAlerting, type Alerting } from '../alerting/open-alerting.ts'
import { roundSource, type RoundSource } from './alert-rounds.ts'
import type { MonitorCore } from './monitor-core.ts'

const LOOK_EVERY_MS = 1000
/** A service that has not got so far as to ask for its slot for so long has nobody beside it that would tell. */
const LONG_START_MS = 60_000
const SQL_CONNECTIONS = 1
const QUERY_MS = 5000

/**
 * Evaluates rules and tells people, until aborted. While another instance has the slot this one stands by: it neither evaluates nor tells, and forgets
 * what it knew, because the other one writes on.
 */
export async function runAlerting(core: MonitorCore, signal: AbortSignal): Promise<void> {
  const config = alertingSection.schema.parse(JSON.parse(core.setup.alerting))
  while (!signal.aborted) {
    if (leads(core.health.facts, core.clock.now())) await leadSafely(core, config, signal)
    await core.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
  }
}

/** Whether this instance is the one that tells. Pure. */
export function leads({ phase, phaseSinceMs }: ServiceFacts, nowMs: number): boolean {
  switch (phase) {
    case 'running':
    case 'reconnecting':
    case 'stopping':
      return true
    case 'starting':
      return nowMs >= phaseSinceMs + LONG_START_MS
    case 'waiting-for-slot':
      return false
  }
}

async function leadSafely(core: MonitorCore, config: AlertingConfig, signal: AbortSignal): Promise<void> {
  try {
    await lead(core, config, signal)
  } catch (error) {
    const { code, message, remedy } = asSyncError(error)
    core.log({
      level: 'CRITICAL',
      logger: 'sync_app.alerts',
      message: 'Alerting has stopped',
      fields: { code, error: message, remedy },
    })
    await core.clock.sleep(LONG_START_MS, signal).catch(() => undefined)
  } finally {
    core.alerting.current = null
  }
}

async function lead(core: MonitorCore, config: AlertingConfig, signal: AbortSignal): Promise<void> {
  const { setup, clock, registry } = core
  const { database, properties, ...access } = setup.target
  const timeouts = { connectMs: DEFAULT_TIMEOUTS.connectMs, queryMs: QUERY_MS }
  await using sql = new SqlClient({ ...access, ...timeouts, limit: SQL_CONNECTIONS })
  await using alerting = await openAlerting({
    config,
    pipeline: setup.pipeline,
    token: setup.http.token === null ? null : secret(setup.http.token),
    store: new AlertTable(sql, { database, pipeline: setup.pipeline, properties }),
    clock,
    random: Math.random,
    log: ({ level, message, fields }) => core.log({ level, logger: 'sync_app.alerts', message, fields }),
    onMessage: (channel, result) => registry.counter('sync_notifications_total', [channel, result]).add(),
  })
  core.alerting.current = alerting
  const source = roundSource(core, config)
  source.remember(alerting.remembered())
  while (!signal.aborted && leads(core.health.facts, clock.now())) {
    await oneRound(core, source, alerting)
    await clock.sleep(config.evaluateEveryMs, signal).catch(() => undefined)
  }
}

const SEVERITIES = ['critical', 'warning', 'info'] as const

async function oneRound({ clock, registry }: MonitorCore, source: RoundSource, alerting: Alerting): Promise<void> {
  const steps = source.steps(clock.now())
  for (;;) {
    const step = steps.next()
    if (step.done === true) {
      await alerting.handleRound(step.value)
      break
    }
    // Health, metrics and the API are served in between.
    await turn()
  }
  const firing = alerting.alerts.alerts()
  for (const severity of SEVERITIES) {
    registry.gauge('sync_alerts_firing', [severity]).set(firing.filter((alert) => alert.severity === severity).length)
  }
}
