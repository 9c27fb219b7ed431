import { scalar, type Kind } from '../declaration.ts'

/** How a matcher compares. `=~` and `!~` take a regular expression that must fit the whole value. */
export type MatchOperator = '=' | '!=' | '=~' | '!~'

/** One condition on one label. A label that is absent counts as empty, as in Alertmanager. */
export interface LabelMatcher {
  readonly name: string
  readonly operator: MatchOperator
  readonly value: string
  /** As it is written: `severity="critical"`. */
  readonly text: string
}

const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_.]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s

/** Longest regular expression that is taken: a matcher runs for each alert of each round. */
const LONGEST_PATTERN = 500

/**
 * Reads a matcher such as `severity="critical"`, `table=~"shop\..*"` or `team!=shop`; quotes may be left out.
 * @throws {RangeError} a sentence that goes on after the text.
 * @see Alertmanager, configuration, matcher
 */
export function parseLabelMatcher(text: string): LabelMatcher {
  const [, name, operator, written] = MATCHER.exec(text) ?? []
  if (name === undefined || written === undefined || !isOperator(operator)) {
    throw new RangeError('is not a matcher such as severity="critical" or table=~"shop.*"')
  }
  const value = unquoted(written)
  if (operator === '=~' || operator === '!~') checkPattern(value)
  return { name, operator, value, text: `${name}${operator}${JSON.stringify(value)}` }
}

function isOperator(text: string | undefined): text is MatchOperator {
  return text === '=' || text === '!=' || text === '=~' || text === '!~'
}

function unquoted(written: string): string {
  if (!written.startsWith('"')) return written
  const inner = /^"((?:[^"\\]|\\.)*)"$/s.exec(written)?.[1]
  if (inner === undefined) throw new RangeError('has a quote that is not closed')
  return inner.replaceAll(/\\(["\\])/g, '$1')
}

function checkPattern(pattern: string): void {
  if (pattern.length > LONGEST_PATTERN) throw new RangeError(`has a pattern of more than ${LONGEST_PATTERN} characters`)
  try {
    // Alertmanager's patterns are anchored too.
    void new RegExp(`^(?:${pattern})$`)
  } catch (error) {
    throw new RangeError('has a pattern that is not a regular expression', { cause: error })
  }
}

/** Matchers in the configuration. */
export const labelMatcher: Kind<LabelMatcher> = scalar('matcher', parseLabelMatcher)
