import { defaulted, list, required, scalar, section, type Kind } from '../declaration.ts'
import { duration } from '../scalars.ts'

/** How fresh the target must be: in at least `target` of the time no change of the table waits longer than `freshnessMs`. */
export interface FreshnessObjective {
  /** As it was written, and as a regular expression over the label `table` of metrics, in the syntax of RE2 as well. */
  readonly tablePattern: { readonly text: string; readonly regExp: string }
  readonly freshnessMs: number
  /** Share of the time, above 0 and below 1. */
  readonly target: number
}

const tablePattern = scalar('table', (text) => {
  if (!/^[^\s"\\]+$/.test(text)) throw new RangeError('is not a table such as users, sales.* or *')
  const regExp = text
    .replace(/[.+()[\]{}|^$]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return { text, regExp }
})

const percent = scalar('percent', (text) => {
  const [, digits] = /^(\d{1,2}(?:\.\d+)?)\s*%$/.exec(text) ?? []
  if (digits === undefined) throw new RangeError('is not a percentage below 100 such as 99.9%')
  if (Number(digits) === 0) throw new RangeError('must be above 0%')
  return Number(`${digits}e-2`)
})

const objective = section(
  {
    table: defaulted(tablePattern, '*', {
      doc: 'Tables, as metrics name them (`users` for `public.users`, else `schema.table`), with `*` and `?`.',
    }),
    freshness: required(duration({ from: '1s', to: '30d' }), 'No change shall wait longer than this.'),
    target: defaulted(percent, '99%', { doc: 'In how much of the time.' }),
  },
  (yaml): FreshnessObjective => ({ tablePattern: yaml.table, freshnessMs: yaml.freshness, target: yaml.target }),
)

/** `alerting.objectives`. */
export const objectivesList: Kind<readonly FreshnessObjective[]> = list(objective)

/** Every table within a minute, in 99 % of the time. */
export const DEFAULT_OBJECTIVES: readonly FreshnessObjective[] = [
  { tablePattern: { text: '*', regExp: '.*' }, freshnessMs: 60_000, target: 0.99 },
]
