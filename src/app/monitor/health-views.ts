import { detailedJson } from '../../observe/health/detailed-json.ts'
import { type HealthStatus, isServing } from '../../observe/health/health-check.ts'
import { healthJson, healthPlusJson, type Json } from '../../observe/health/health-json.ts'
import type { GroupHealth } from '../../observe/health/health-picture.ts'
import type { MonitorCore } from './monitor-core.ts'

/** An answer about health. */
export interface HealthAnswer {
  readonly httpStatus: 200 | 503
  readonly body: Json
  readonly contentType?: string | undefined
}

/** Health as it is answered over HTTP. */
export interface HealthViews {
  readonly groupNames: readonly string[]
  all(format: 'guide' | 'health+json'): HealthAnswer
  /** Null when there is no such group. */
  group(name: string, format: 'guide' | 'health+json'): HealthAnswer | null
  detailed(): HealthAnswer
}

/** Health of the monitor's picture. */
export function healthViews(core: Pick<MonitorCore, 'health' | 'setup' | 'series' | 'clock'>): HealthViews {
  const { health, setup, series, clock } = core
  const { startedAtMs } = setup
  const view = (found: GroupHealth, httpStatus: 200 | 503, format: 'guide' | 'health+json'): HealthAnswer => {
    const nowMs = clock.now()
    if (format === 'guide') return { httpStatus, body: healthJson(found, nowMs) }
    return { httpStatus, body: healthPlusJson(found, nowMs, setup), contentType: 'application/health+json' }
  }
  return {
    groupNames: health.groupNames,
    all: (format) => {
      const found = health.all()
      return view(found, codeOf(found.status), format)
    },
    group: (name, format) => {
      const found = health.group(name)
      return found && view(found, isServing(found.status) ? 200 : 503, format)
    },
    detailed: () => {
      const body = detailedJson({ picture: health, reader: series, about: setup, startedAtMs }, clock.now())
      return { httpStatus: codeOf(health.all().status), body }
    },
  }
}

/** Of the whole: a service that is starting, standing by or paused on purpose is not broken. A group must serve. */
function codeOf(status: HealthStatus): 200 | 503 {
  return status === 'unhealthy' ? 503 : 200
}
