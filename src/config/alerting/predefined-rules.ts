import type { AlertRule } from './alert-rule.ts'
import { CRITICAL_RULES } from './predefined/critical-rules.ts'
import { predefinedRule } from './predefined/predefined-rule.ts'
import { SOURCE_RULES } from './predefined/source-rules.ts'
import { TARGET_RULES } from './predefined/target-rules.ts'
import { TREND_RULES } from './predefined/trend-rules.ts'
import { WARNING_RULES } from './predefined/warning-rules.ts'

/** The rules of the monitoring guide: its eleven predefined alerts. */
export const GUIDE_RULES: readonly AlertRule[] = [...CRITICAL_RULES, ...WARNING_RULES].map(predefinedRule)

/** All rules that are there without any configuration; those of the guide first. */
export const PREDEFINED_RULES: readonly AlertRule[] = [
  ...GUIDE_RULES,
  ...[...SOURCE_RULES, ...TARGET_RULES, ...TREND_RULES].map(predefinedRule),
]
