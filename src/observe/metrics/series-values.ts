import type { SeriesReader } from './series-reader.ts'

/** Value of a metric that has one series; NaN when it is not known. */
export function only(reader: SeriesReader, family: string): number {
  return reader.series(family)[0]?.value() ?? Number.NaN
}

/** Values of a metric by one of its labels, added up over the others; what is not known is left out. */
export function valuesBy(reader: SeriesReader, family: string, label: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const series of reader.series(family)) {
    const value = series.value()
    const key = series.labels[label]
    if (key !== undefined && !Number.isNaN(value)) values.set(key, (values.get(key) ?? 0) + value)
  }
  return values
}
