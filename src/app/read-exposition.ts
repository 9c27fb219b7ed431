/** One line of an exposition. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Metrics as they were exposed at one moment. */
export class Exposition {
  readonly samples: readonly Sample[]
  readonly #byName: ReadonlyMap<string, readonly Sample[]>

  constructor(samples: readonly Sample[]) {
    this.samples = samples
    this.#byName = Map.groupBy(samples, (sample) => sample.name)
  }

  /** The samples of a name; none when it is absent. */
  of(name: string): readonly Sample[] {
    return this.#byName.get(name) ?? []
  }

  /** Whether a family is there: by its own name, or as a histogram. */
  hasFamily(name: string): boolean {
    return this.#byName.has(name) || this.#byName.has(`${name}_bucket`)
  }

  /** The sum of the finite samples of a name with these labels; null when there are none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number | null {
    const wanted = Object.entries(labels)
    const values = this.of(name)
      .filter((sample) => wanted.every(([label, value]) => sample.labels[label] === value))
      .map((sample) => sample.value)
      .filter(Number.isFinite)
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
  }
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?\s+(\S+)(?:\s+\S+)?(?:\s+#.*)?$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"\s*,?\s*/y

/**
 * Reads the text format of Prometheus, or OpenMetrics. Comments are passed over.
 * @throws {RangeError} that names the first line that is none.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function readExposition(text: string): Exposition {
  const samples: Sample[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [, name, labels = '', value = ''] = LINE.exec(line) ?? []
    const read = labelsOf(labels)
    if (name === undefined || read === null)
      throw new RangeError(`line ${index + 1} is no sample: ${line.slice(0, 80)}`)
    samples.push({ name, labels: read, value: numberOf(value) })
  }
  return new Exposition(samples)
}

function labelsOf(text: string): Readonly<Record<string, string>> | null {
  const labels: (readonly [string, string])[] = []
  LABEL.lastIndex = 0
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    const [, name, value = ''] = LABEL.exec(text) ?? []
    if (name === undefined) return null
    labels.push([name, value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))])
  }
  return Object.fromEntries(labels)
}

function numberOf(text: string): number {
  if (/^[+]?Inf$/i.test(text)) return Infinity
  return /^-Inf$/i.test(text) ? -Infinity : Number(text)
}
