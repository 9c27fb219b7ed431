import type { MetricName } from './catalogue.ts'

/** What a registry tells the readers of its series; can be posted to another thread. */
export type SeriesNews =
  /** Memory that further series lie in. */
  | { readonly tag: 'page'; readonly page: number; readonly buffer: SharedArrayBuffer }
  /** A series whose cells begin at index `at` of the page (8 bytes each). */
  | {
      readonly tag: 'series'
      readonly family: MetricName
      readonly labels: readonly string[]
      readonly page: number
      readonly at: number
    }
  /** The series is shown no more. */
  | { readonly tag: 'gone'; readonly family: MetricName; readonly labels: readonly string[] }
