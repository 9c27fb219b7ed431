import type { Latencies } from './latencies.ts'

const quantiles = [0.75, 0.95, 0.98, 0.99, 0.999]

/** Text in Prometheus' exposition format, as PrometheusMetricVisitor.java writes it. */
export class Exposition {
  readonly #lines: string[] = []
  readonly #titled = new Set<string>()

  gauge(name: string, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#sample('gauge', name, { value, labels })
  }

  counter(name: string, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#sample('counter', name, { value, labels })
  }

  /** Quantiles, sum and count of latencies in ms. */
  summary(name: string, values: Latencies, labels: Readonly<Record<string, string>> = {}): void {
    this.#title('summary', name)
    for (const share of quantiles) this.#line(name, { quantile: String(share), ...labels }, values.quantile(share))
    this.#line(`${name}_sum`, labels, values.sumMs)
    this.#line(`${name}_count`, labels, values.count)
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`
  }

  #sample(
    type: string,
    name: string,
    sample: { readonly value: number; readonly labels: Readonly<Record<string, string>> },
  ): void {
    this.#title(type, name)
    this.#line(name, sample.labels, sample.value)
  }

  #title(type: string, name: string): void {
    if (this.#titled.has(name)) return
    this.#titled.add(name)
    this.#lines.push(`# HELP ${name} `, `# TYPE ${name} ${type}`)
  }

  #line(name: string, labels: Readonly<Record<string, string>>, value: number): void {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text}"`)
    this.#lines.push(`${name}${pairs.length === 0 ? '' : `{${pairs.join(', ')}}`} ${value}`)
  }
}
