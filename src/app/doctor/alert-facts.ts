import { z } from 'zod'
import type { AlertRule } from '../../config/alerting/alert-rule.ts'
import { unreachedChannels } from '../../config/alerting/unreached-channels.ts'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import type { Config } from '../../config/config.ts'
import { testRules, type RuleTestOutcome } from '../alerts/test-rules.ts'
import { readExposition, type Exposition } from '../read-exposition.ts'
import { httpClient, serviceClient, type ServiceClient } from '../service-client.ts'
import { answeredJson } from './answered-json.ts'
import { asked, type Asked } from './diagnosis.ts'

/** Lines of history that are looked at. */
const LINES = 1000

/** Everything that `doctor alerts` looks at. */
export interface AlertFacts {
  readonly alerting: Pick<AlertingConfig, 'enabled' | 'mode'> & {
    readonly rules: readonly AlertRule[]
    readonly channels: readonly string[]
    /** Those that no route leads to. */
    readonly unreached: readonly string[]
    readonly hasStateDirectory: boolean
  }
  readonly ruleTests: readonly RuleTestOutcome[]
  readonly nowMs: number
  readonly service: Asked<ServiceAlerts>
  readonly metrics: Asked<Exposition>
  /** The rules of ours that the Prometheus evaluates; null when none is configured. */
  readonly prometheus: Asked<readonly string[]> | null
}

/** What the service knows of alerts; null while it stands by. */
export type ServiceAlerts = {
  readonly firing: readonly string[]
  readonly isMemoryComplete: boolean
  readonly history: readonly HistoryLine[]
} | null

/** A line of "who was told what, when". */
interface HistoryLine {
  readonly atMs: number
  readonly what: string
  readonly who: string
  readonly alerts: readonly string[]
  readonly firing: number
}

const alertsAnswer = z.object({ alerts: z.array(z.object({ rule: z.string() })), isMemoryComplete: z.boolean() })
const historyAnswer = z.object({
  history: z.array(
    z.object({
      atMs: z.number(),
      what: z.string(),
      who: z.string(),
      alerts: z.array(z.string()).readonly(),
      firing: z.number(),
    }),
  ),
})
const rulesAnswer = z.object({
  data: z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ labels: z.record(z.string(), z.string()).default({}) })) })),
  }),
})

/** Looks. Never throws. */
export async function readAlertFacts(
  { alerting, http }: Pick<Config, 'alerting' | 'http'>,
  nowMs: number,
): Promise<AlertFacts> {
  const { enabled, mode, rules, delivery } = alerting
  const service = serviceClient({ http })
  const { prometheusUrl } = http
  const [alerts, metrics, prometheus] = await Promise.all([
    asked(() => serviceAlerts(service)),
    asked(async () => readExposition((await service.get('/metrics')).text)),
    prometheusUrl === undefined ? null : asked(() => prometheusRules(httpClient(prometheusUrl))),
  ])
  return {
    alerting: {
      enabled,
      mode,
      rules,
      channels: delivery.channels.map(({ name }) => name),
      unreached: unreachedChannels(delivery, rules),
      hasStateDirectory: delivery.stateDirectory !== undefined,
    },
    ruleTests: testRules(rules, alerting),
    nowMs,
    service: alerts,
    metrics,
    prometheus,
  }
}

async function serviceAlerts(service: ServiceClient): Promise<ServiceAlerts> {
  const list = await service.get('/api/v1/alerts')
  if (list.status === 503) return null
  const { alerts, isMemoryComplete } = alertsAnswer.parse(parsed(list.text, service.address))
  const lines = await service.get(`/api/v1/alerts/history?limit=${LINES}`)
  const { history } = historyAnswer.parse(parsed(lines.text, service.address))
  return { firing: alerts.map(({ rule }) => rule), isMemoryComplete, history }
}

async function prometheusRules(client: ServiceClient): Promise<readonly string[]> {
  const { text } = await client.get('/api/v1/rules?type=alert')
  const { groups } = rulesAnswer.parse(parsed(text, client.address)).data
  return groups.flatMap(({ rules }) => rules.flatMap(({ labels }) => labels['rule'] ?? []))
}

function parsed(text: string, address: string): unknown {
  return answeredJson(text, `${address} answers something that is not understood`)
}
