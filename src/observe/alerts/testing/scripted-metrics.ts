import type { MetricSeries, MetricSource } from '../evaluate/metric-source.ts'

/** Metrics that are functions of time, for rules that are looked at over hours. */
export class ScriptedMetrics implements MetricSource {
  /** Milliseconds since 1970; tests move it. */
  nowMs = 0
  readonly #families = new Map<string, MetricSeries[]>()

  /** Adds a series whose value follows from the time. */
  add(family: string, labels: Readonly<Record<string, string>>, valueAt: (nowMs: number) => number): void {
    const members = this.#families.get(family) ?? []
    this.#families.set(family, [...members, { labels, value: () => valueAt(this.nowMs) }])
  }

  series(family: string): readonly MetricSeries[] {
    return this.#families.get(family) ?? NONE
  }
}

const NONE: readonly MetricSeries[] = []
