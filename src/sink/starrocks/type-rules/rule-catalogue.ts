import { NUMBER_AND_TIME_RULES } from './number-and-time-rules.ts'
import type { RuleText } from './rule-text.ts'
import { TEXT_AND_DOCUMENT_RULES } from './text-and-document-rules.ts'

/** One rule of the type map, for people: what becomes of a source value. */
export interface TypeRule extends RuleText {
  /** The name that `column_types` takes. */
  readonly name: string
}

const rules = { ...NUMBER_AND_TIME_RULES, ...TEXT_AND_DOCUMENT_RULES }

/** Name of a rule of the type map. */
export type RuleName = keyof typeof rules

/** True when `name` is one of the rules. */
export const isRuleName = (name: string): name is RuleName => Object.hasOwn(rules, name)

/** The rule of that name. */
export const ruleOf = (name: RuleName): TypeRule => ({ name, ...rules[name] })

/** Every rule, in the order of `docs/types.md`. */
export const ALL_RULES: readonly TypeRule[] = Object.entries(rules).map(([name, rule]) => ({ name, ...rule }))
