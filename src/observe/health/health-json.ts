import { isoInstant } from '../../core/instant.ts'
import type { CheckResult, HealthStatus } from './health-check.ts'
import type { GroupHealth } from './health-picture.ts'

/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** `2024-01-15T10:30:00Z`, as the guide writes moments of health. */
export function isoSeconds(epochMs: number): string {
  return isoInstant(epochMs).replace(/\.\d+Z$/, 'Z')
}

/** The guide's JSON of health; fields of its own beside the guide's. */
export function healthJson(health: GroupHealth, nowMs: number): Readonly<Record<string, Json | undefined>> {
  return {
    status: health.status,
    timestamp: isoSeconds(nowMs),
    checks: Object.fromEntries([...health.checks].map(([name, result]) => [name, checkJson(result)])),
  }
}

function checkJson(result: CheckResult): Json {
  const { status, message, responseTimeMs, lastSuccessMs, sinceMs, critical, remedy, observed } = result
  return {
    status,
    message,
    response_time_ms: responseTimeMs === undefined ? undefined : Math.round(responseTimeMs * 10) / 10,
    last_success: lastSuccessMs === null ? null : isoSeconds(lastSuccessMs),
    since: isoSeconds(sinceMs),
    critical,
    remedy,
    observed,
  }
}

/** What is told about the service in `application/health+json`. */
export interface ServiceIdentity {
  readonly version: string
  readonly pipeline: string
}

const DATASTORES = new Set(['postgres_connection', 'starrocks_connection', 'replication_slot', 'starrocks_nodes'])
const SYSTEMS = new Set(['cpu', 'memory', 'disk', 'clock_skew'])

/**
 * Health as `application/health+json`.
 * @see draft-inadarei-api-health-check-06: status pass|warn|fail, checks by `component:measurement`, each an array
 */
export function healthPlusJson(health: GroupHealth, nowMs: number, about: ServiceIdentity): Json {
  const checks = [...health.checks].map(([name, result]) => [
    `${name}:${measurement(result)}`,
    [plusCheck(name, result)],
  ])
  const bad = [...health.checks.values()].filter(({ status }) => passFail(status) !== 'pass')
  return {
    status: passFail(health.status),
    version: about.version.split('.')[0],
    releaseId: about.version,
    serviceId: about.pipeline,
    description: `Sync of pipeline ${about.pipeline}`,
    notes: [`as of ${isoSeconds(nowMs)}`],
    output: bad.length === 0 ? undefined : bad.map(({ message }) => message).join('; '),
    checks: Object.fromEntries(checks),
  }
}

function plusCheck(name: string, result: CheckResult): Json {
  const { status, responseTimeMs, checkedAtMs, message, remedy } = result
  const output = remedy === undefined ? message : `${message}. ${remedy}`
  return {
    componentId: name,
    componentType: DATASTORES.has(name) ? 'datastore' : SYSTEMS.has(name) ? 'system' : 'component',
    observedValue: responseTimeMs === undefined ? status : Math.round(responseTimeMs * 10) / 10,
    observedUnit: responseTimeMs === undefined ? undefined : 'ms',
    status: passFail(status),
    time: checkedAtMs === null ? undefined : isoSeconds(checkedAtMs),
    output: passFail(status) === 'pass' ? undefined : output,
  }
}

function measurement({ responseTimeMs }: CheckResult): string {
  return responseTimeMs === undefined ? 'status' : 'responseTime'
}

function passFail(status: HealthStatus): 'pass' | 'warn' | 'fail' {
  if (status === 'healthy') return 'pass'
  return status === 'unhealthy' ? 'fail' : 'warn'
}
