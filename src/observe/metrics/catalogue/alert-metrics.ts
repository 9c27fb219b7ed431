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
} as const
