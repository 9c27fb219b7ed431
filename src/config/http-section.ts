import { defaulted, defaultedSection, optional, section } from './declaration.ts'
import { httpOrigin, port, secretText, text } from './scalars.ts'
import type { Secret } from './secret.ts'

/** The HTTP side: health, metrics, API. */
export interface HttpConfig {
  readonly host: string
  readonly port: number
  readonly metricsPort: number
  readonly token?: Secret | undefined
  readonly prometheusUrl?: string | undefined
}

const auth = section(
  {
    token: optional(secretText, {
      doc: 'What changes something needs this bearer token; without it, that is allowed from loopback only.',
    }),
  },
  (yaml) => yaml,
)

/** `http:`. */
export const httpSection = section(
  {
    host: defaulted(text, '127.0.0.1', { doc: 'Address to listen on.' }),
    port: defaulted(port, '8080', { doc: 'Port of health, metrics and API.' }),
    metrics_port: defaulted(port, '9090', { doc: 'Port of the metrics alone.' }),
    auth: defaultedSection(auth, { doc: 'Who may change something.' }),
    prometheus_url: optional(httpOrigin, { doc: 'A Prometheus to which `/api/v1/*` on `metrics_port` is passed on.' }),
  },
  (yaml, refuse): HttpConfig => {
    if (yaml.port === yaml.metrics_port) refuse('metrics_port', 'the same as http.port')
    return {
      host: yaml.host,
      port: yaml.port,
      metricsPort: yaml.metrics_port,
      token: yaml.auth.token,
      prometheusUrl: yaml.prometheus_url,
    }
  },
)
