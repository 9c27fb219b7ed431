import { counter, gauge } from '../metric-family.ts'

/** Alerts and whom they reach. */
export const ALERT_METRICS = {
  sync_alerts_firing: gauge({
    labels: ['severity'],
    unit: 'alerts',
    help: 'Alerts that fire now, by severity.',
    reading: '0 is the normal state.',
  }),
  sync_notifications_total: counter({
    labels: ['channel', 'result'],
    unit: 'notifications',
    help: 'Notifications by channel and result: success, failure.',
    reading: 'Failures mean that nobody is told.',
  }),
  sync_rule_evaluation_failures_total: counter({
    labels: ['rule'],
    unit: 'evaluations',
    help: 'Evaluations of a rule that failed.',
    reading: 'The rule names something that is not there.',
  }),
  sync_signal_baseline: gauge({
    labels: ['signal', 'table'],
    unit: 'as the signal',
    help: 'What is normal now for a signal that a rule compares with its baseline; table is empty for the pipeline as a whole.',
    reading: 'Absent while it is still being learned, which takes two hours.',
  }),
  sync_signal_anomaly: gauge({
    labels: ['signal', 'table'],
    unit: 'boolean',
    help: 'Whether a signal has been far from its baseline for a while.',
    reading: 'docs/alert-rules.md says what counts as far.',
  }),
} as const
