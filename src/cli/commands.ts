import { fileURLToPath } from 'node:url'
import { alertsCommand } from './alerting/alerts.ts'
import { onCallCommand } from './alerting/oncall.ts'
import { replayCommand } from './alerting/replay-command.ts'
import { ruleCommands } from './alerting/rule-commands.ts'
import { silenceCommand } from './alerting/silence.ts'
import { alertsTestCommand } from './alerting/test-command.ts'
import { checkCommand } from './check.ts'
import { checklistCommand } from './checklist.ts'
import type { Command } from './command.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand, type DoctorTopic } from './doctor.ts'
import { logsCommand } from './logs.ts'
import { pauseCommand, resumeCommand } from './pause-resume.ts'
import { resyncCommand } from './resync.ts'
import { runCommand } from './run.ts'
import { standInCommand } from './stand-in.ts'
import { statusCommand } from './status.ts'
import { tablesCommand } from './tables.ts'
import { verifyCommand } from './verify.ts'

const STAND_IN = fileURLToPath(new URL('../../stand-in/src/main.ts', import.meta.url))

const loadStatus = () => import('../app/read-status.ts')
const loadRuleWork = async () => ({
  ...(await import('../app/alerts/test-rules.ts')),
  ...(await import('../app/alerts/write-rule-files.ts')),
  ...(await import('../app/alerts/shown-rules.ts')),
})
const loadService = () => import('../app/service-client.ts')
const loadRequests = () => import('../app/request-resync.ts')

const DOCTOR_TOPICS: readonly DoctorTopic[] = [
  {
    name: 'metrics',
    doc: 'configuration, the service’s ports, families of metrics and whether they move, Prometheus, clocks, errors in the log.',
    load: async () => (await import('../app/doctor/diagnose-metrics.ts')).diagnoseMetrics,
  },
  {
    name: 'alerts',
    doc: 'who tells people, channels and whether they work, rules, their tests and whether they have data, alerts that are told too often.',
    load: async () => (await import('../app/doctor/diagnose-alerts.ts')).diagnoseAlerts,
  },
]

/** The commands of this program, in the order of help. Their work is loaded when they run. */
export const COMMANDS: readonly Command[] = [
  runCommand(() => import('../app/run-service.ts')),
  checkCommand(() => import('../app/preflight.ts')),
  statusCommand(loadStatus),
  tablesCommand(loadStatus),
  logsCommand(async () => ({
    ...(await import('../app/logs/tail-logs.ts')),
    ...(await import('../app/logs/change-levels.ts')),
  })),
  pauseCommand(loadRequests),
  resumeCommand(loadRequests),
  resyncCommand(loadRequests),
  verifyCommand(() => import('../app/verify.ts')),
  doctorCommand(DOCTOR_TOPICS),
  checklistCommand(() => import('../app/checklist/read-checklist.ts')),
  alertsCommand(loadService, [
    alertsTestCommand(loadService, loadRuleWork),
    replayCommand(loadService, () => import('../app/alerts/rule-requests.ts')),
    ...ruleCommands(loadRuleWork),
  ]),
  silenceCommand(loadService),
  onCallCommand(loadService),
  demoCommand(() => import('../app/demo/run-demo.ts')),
  standInCommand(STAND_IN),
]
