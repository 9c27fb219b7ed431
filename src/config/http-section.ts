import { defaulted, defaultedSection, map, optional, section } from './declaration.ts'
import { httpOrigin, integer, secretText, text, yesOrNo } from './scalars.ts'
import type { Secret } from './secret.ts'

/** The HTTP side: health, metrics, API. */
export interface HttpConfig {
  /** False: nothing is served or measured; only logs tell what happens. */
  readonly enabled: boolean
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly metricsPort: number
  readonly token?: Secret | undefined
  /** Further tokens by the name of whoever has them. */
  readonly tokens: Readonly<Record<string, Secret>>
  readonly prometheusUrl?: string | undefined
  readonly grafanaUrl?: string | undefined
  readonly grafanaToken?: Secret | undefined
}

const auth = section(
  {
    token: optional(secretText, {
      doc: 'What changes something needs this bearer token; without it, that is allowed from loopback only.',
    }),
    tokens: defaultedSection(map(secretText), {
      doc: 'Further tokens, each under the name of whoever has it: the log names it as the actor, `api:NAME`.',
    }),
  },
  (yaml) => yaml,
)

const listenPort = integer({ from: '0', to: '65535' })

/** `http:`. */
export const httpSection = section(
  {
    enabled: defaulted(yesOrNo, 'true', {
      doc: 'Whether anything is served and measured. Without it only the log tells what happens.',
    }),
    host: defaulted(text, '127.0.0.1', { doc: 'Address to listen on.' }),
    port: defaulted(listenPort, '8080', {
      doc: 'Port of health, metrics and API; 0: any free one, which the log names.',
    }),
    metrics_port: defaulted(listenPort, '9090', { doc: 'Port of the metrics alone; 0: any free one.' }),
    auth: defaultedSection(auth, { doc: 'Who may change something.' }),
    grafana_url: optional(httpOrigin, { doc: 'The Grafana whose dashboards `sync-app checklist` looks at.' }),
    grafana_token: optional(secretText, { doc: 'A service account token of that Grafana that may view dashboards.' }),
    prometheus_url: optional(httpOrigin, { doc: 'A Prometheus to which `/api/v1/*` on `metrics_port` is passed on.' }),
  },
  (yaml, refuse): HttpConfig => {
    if (yaml.port !== 0 && yaml.port === yaml.metrics_port) refuse('metrics_port', 'the same as http.port')
    return {
      enabled: yaml.enabled,
      host: yaml.host,
      port: yaml.port,
      metricsPort: yaml.metrics_port,
      token: yaml.auth.token,
      tokens: yaml.auth.tokens,
      prometheusUrl: yaml.prometheus_url,
      grafanaUrl: yaml.grafana_url,
      grafanaToken: yaml.grafana_token,
    }
  },
)
