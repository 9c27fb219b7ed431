import { parseInstant } from '../../core/instant.ts'
import { list, oneOrMore, optional, required, scalar, section, type Kind } from '../declaration.ts'
import { text } from '../scalars.ts'
import { labelMatcher, type LabelMatcher } from './label-matcher.ts'

/** A silence that stands in the file: for planned work. */
export interface ConfiguredSilence {
  readonly match: readonly LabelMatcher[]
  /** Milliseconds since 1970 UTC. */
  readonly fromMs: number
  readonly untilMs: number
  readonly author: string
  readonly comment: string
}

const instant: Kind<number> = scalar('instant', parseInstant)

const silence: Kind<ConfiguredSilence> = section(
  {
    match: required(oneOrMore(labelMatcher), 'Alerts that are not sent, all matchers must fit.'),
    from: optional(instant, { doc: 'When it begins.', defaultText: 'at once' }),
    until: required(instant, 'When it ends: `2026-12-24T18:00:00+01:00`.'),
    author: required(text, 'Who answers for it.'),
    comment: required(text, 'Why.'),
  },
  (yaml, refuse): ConfiguredSilence => {
    const fromMs = yaml.from ?? 0
    if (yaml.until <= fromMs) refuse('until', 'ends before it begins')
    return { match: yaml.match, fromMs, untilMs: yaml.until, author: yaml.author, comment: yaml.comment }
  },
)

/** `silences`. */
export const silencesList: Kind<readonly ConfiguredSilence[]> = list(silence)
