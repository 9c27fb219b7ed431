import type { AlertingConfig } from '../../config/alerting-section.ts'
import { secret } from '../../config/secret.ts'
import { asSyncError } from '../../core/sync-error.ts'
import type { ServiceFacts } from '../../observe/health/job-view.ts'
import { BaselineFile } from '../../observe/alerts/history/baseline-file.ts'
import { SqlClient } from '../../sink/starrocks/mysql/sql-client.ts'
import { AlertTable } from '../../sink/starrocks/state/alert-table.ts'
import { DEFAULT_TIMEOUTS } from '../../sink/starrocks/target.ts'
import { openAlerting, type Alerting } from '../alerting/open-alerting.ts'
import { roundSource, type RoundSource } from './alert-rounds.ts'
import type { MonitorCore } from './monitor-core.ts'

const LOOK_EVERY_MS = 1000
/** A service that has not got so far as to ask for its slot for so long has nobody beside it that would tell. */
const LONG_START_MS = 60_000
/** A connection that was lost may hold the slot a moment longer: nobody else has it then. */
const OWN_SLOT_MS = 10_000
const SQL_CONNECTIONS = 1
const QUERY_MS = 5000

/**
 * Evaluates rules and tells people, until aborted. While another instance has the slot this one stands by: it neither evaluates nor tells, and forgets
 * what was told, because the other one writes on. What rules need of the past is kept.
 */
export async function runAlerting(core: MonitorCore, signal: AbortSignal): Promise<void> {
  const config = core.alertingConfig
  const { stateDirectory } = config.delivery
  const learned = stateDirectory === undefined ? null : await BaselineFile.open(stateDirectory)
  const source = roundSource(core, config, learned)
  while (!signal.aborted) {
    if (leads(core.health.facts, core.clock.now())) await leadSafely({ core, config, source }, signal)
    await core.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
  }
}

/** Whether this instance is the one that tells; `hasLed`: whether it is up to now. Pure. */
export function leads({ phase, phaseSinceMs }: ServiceFacts, nowMs: number, hasLed = false): boolean {
  switch (phase) {
    case 'running':
    case 'reconnecting':
    case 'stopping':
      return true
    case 'starting':
      return nowMs >= phaseSinceMs + LONG_START_MS
    case 'waiting-for-slot':
      return hasLed && nowMs < phaseSinceMs + OWN_SLOT_MS
  }
}

interface Leading {
  readonly core: MonitorCore
  readonly config: AlertingConfig
  readonly source: RoundSource
}

async function leadSafely(leading: Leading, signal: AbortSignal): Promise<void> {
  const { core } = leading
  try {
    await lead(leading, signal)
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

async function lead({ core, config, source }: Leading, signal: AbortSignal): Promise<void> {
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
    log: (line) => core.log({ ...line, logger: 'sync_app.alerts' }),
    onMessage: (channel, result) => registry.counter('sync_notifications_total', [channel, result]).add(),
  })
  core.alerting.current = alerting
  source.remember(alerting.remembered())
  while (!signal.aborted && leads(core.health.facts, clock.now(), true)) {
    await oneRound(core, source, alerting)
    await clock.sleep(config.evaluateEveryMs, signal).catch(() => undefined)
  }
}

const SEVERITIES = ['critical', 'warning', 'info'] as const

async function oneRound({ clock, registry }: MonitorCore, source: RoundSource, alerting: Alerting): Promise<void> {
  await alerting.handleRound(await source.next(clock.now()))
  const firing = alerting.alerts.alerts()
  for (const severity of SEVERITIES) {
    registry.gauge('sync_alerts_firing', [severity]).set(firing.filter((alert) => alert.severity === severity).length)
  }
}
