import { list, oneOrMore, optional, required, section, type Kind } from '../declaration.ts'
import { text } from '../scalars.ts'
import { labelMatcher, type LabelMatcher } from './label-matcher.ts'

/** While an alert fits `source`, those that fit `target` and have the same values of `equal` are not sent. */
export interface InhibitRule {
  readonly source: readonly LabelMatcher[]
  readonly target: readonly LabelMatcher[]
  readonly equal: readonly string[]
}

const inhibitRule: Kind<InhibitRule> = section(
  {
    source: required(oneOrMore(labelMatcher), 'Alerts that hold others back while they fire.'),
    target: required(oneOrMore(labelMatcher), 'Alerts that are held back.'),
    equal: optional(oneOrMore(text), {
      doc: 'Labels that must have the same value in both; absent in both counts as the same.',
    }),
  },
  (yaml): InhibitRule => ({ source: yaml.source, target: yaml.target, equal: yaml.equal ?? [] }),
)

/** `inhibit`. */
export const inhibitList: Kind<readonly InhibitRule[]> = list(inhibitRule)
