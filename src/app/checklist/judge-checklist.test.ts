import { expect, test } from 'vitest'
import { Exposition, readExposition } from '../read-exposition.ts'
import type { ChecklistFacts } from './checklist-facts.ts'
import { judgeChecklist } from './judge-checklist.ts'

const answer = <T>(value: T) => ({ tag: 'answer', value }) as const
const failure = { tag: 'failure', reason: 'nobody answers' } as const

const best: ChecklistFacts = {
  health: answer({ status: 'healthy', checks: [{ name: 'postgres_connection', status: 'healthy', message: '' }] }),
  diagnoses: [{ check: 'PROMETHEUS_SCRAPES', status: 'ok', what: 'Prometheus has it' }],
  metrics: readExposition('sync_alerts_firing 0\nsync_notifications_total{channel="slack",result="success"} 2'),
  historyDays: 7,
  alerting: { enabled: true, rules: 3, channels: ['slack'] },
  grafana: answer({
    address: 'http://grafana:3000',
    dashboards: [{ title: 'Overview', metrics: ['sync_lag_seconds', 'sync_batch_size_bucket'] }],
  }),
  log: answer({ from: 'app.log', lines: 100, lastAgeMs: 2_000 }),
  undocumented: answer([]),
}

/** The list at the end of the monitoring guide. */
const GUIDE = `- [ ] All health checks passing
- [ ] Metrics being collected
- [ ] Alerts configured and tested
- [ ] Dashboards displaying correctly
- [ ] Log aggregation working
- [ ] Alert notifications functioning
- [ ] Performance baselines established
- [ ] Monitoring documentation updated`

test('the items are those of the guide, in its order', () => {
  expect(judgeChecklist(best).map(({ item }) => `- [ ] ${item}`)).toEqual(GUIDE.split('\n'))
})

test('row 103: at best everything is ticked', () => {
  expect(judgeChecklist(best).filter(({ ticked }) => !ticked)).toEqual([])
})

const metricsOf = (text: string): Partial<ChecklistFacts> => ({ metrics: readExposition(text) })

test.each<[name: string, facts: Partial<ChecklistFacts>, open: readonly string[]]>([
  ['no service', { health: failure }, ['All health checks passing']],
  ['no checks', { health: answer({ status: 'healthy', checks: [] }) }, ['All health checks passing']],
  [
    'a check that fails',
    { health: answer({ status: 'healthy', checks: [{ name: 'x', status: 'degraded', message: 'm' }] }) },
    ['All health checks passing'],
  ],
  [
    'a problem with metrics',
    { diagnoses: [{ check: 'METRICS_MOVE', status: 'problem', what: 'w', remedy: 'r' }] },
    ['Metrics being collected', 'Dashboards displaying correctly'],
  ],
  ['nobody who collects them', { diagnoses: [] }, ['Metrics being collected', 'Dashboards displaying correctly']],
  ['no Grafana', { grafana: null }, ['Dashboards displaying correctly']],
  ['a Grafana that does not answer', { grafana: failure }, ['Dashboards displaying correctly']],
  [
    'dashboards about other things only',
    { grafana: answer({ address: 'http://g', dashboards: [] }) },
    ['Dashboards displaying correctly'],
  ],
  [
    'a dashboard with a metric that there is not',
    { grafana: answer({ address: 'http://g', dashboards: [{ title: 'Old', metrics: ['sync_lag_second'] }] }) },
    ['Dashboards displaying correctly'],
  ],
  [
    'alerting without a channel',
    { alerting: { enabled: true, rules: 1, channels: [] } },
    ['Alerts configured and tested', 'Alert notifications functioning'],
  ],
  [
    'alerting that is off',
    { alerting: { enabled: false, rules: 1, channels: ['slack'] } },
    ['Alerts configured and tested'],
  ],
  [
    'alerts that are not evaluated and were never sent',
    metricsOf('sync_active_jobs 1'),
    ['Alerts configured and tested', 'Alert notifications functioning'],
  ],
  [
    'a notification that failed',
    metricsOf(
      'sync_alerts_firing 0\nsync_notifications_total{result="success"} 2\nsync_notifications_total{result="failure"} 1',
    ),
    ['Alert notifications functioning'],
  ],
  ['a log that cannot be read', { log: failure }, ['Log aggregation working']],
  ['an old log', { log: answer({ from: 'f', lines: 9, lastAgeMs: 3_600_000 }) }, ['Log aggregation working']],
  ['an empty log', { log: answer({ from: 'f', lines: 0, lastAgeMs: NaN }) }, ['Log aggregation working']],
  ['no history', { historyDays: null }, ['Performance baselines established']],
  ['too short a history', { historyDays: 1 }, ['Performance baselines established']],
  ['a metric without documentation', { undocumented: answer(['sync_x']) }, ['Monitoring documentation updated']],
  ['no manual', { undocumented: failure }, ['Monitoring documentation updated']],
])('with %s', (_, facts, open) => {
  const found = judgeChecklist({ ...best, ...facts }).filter(({ ticked }) => !ticked)
  expect(found.map(({ item }) => item)).toEqual(open)
  expect(found.every(({ remedy, lookedAt }) => remedy !== undefined && lookedAt !== '')).toBe(true)
})

test('lines of the log that were lost untick it', () => {
  const unknown = judgeChecklist(best).find(({ item }) => item.startsWith('Log'))
  expect(unknown?.lookedAt).toContain('it is not known how many lines were lost')
  const lost = judgeChecklist({ ...best, ...metricsOf('sync_log_write_errors_total 4') })
  expect(lost.find(({ item }) => item.startsWith('Log'))).toMatchObject({
    ticked: false,
    lookedAt: expect.stringContaining('4 lines were lost'),
  })
})

test('without metrics nothing is said of the manual', () => {
  const [documentation] = judgeChecklist({ ...best, metrics: new Exposition([]) }).slice(-1)
  expect(documentation).toMatchObject({ ticked: false })
})
