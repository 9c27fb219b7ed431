import type { Command } from '../command.ts'
import { commandGroup } from '../command-group.ts'
import { numberOption, textOption } from '../option.ts'
import { authorOf, authorOption, durationOption } from '../service-options.ts'
import { alertsText, alertText, historyText } from './print-alerts.ts'
import { acknowledgedAnswer, alertsAnswer, historyAnswer } from './service-answers.ts'
import { serviceCommand, type LoadService } from './service-command.ts'

const alertOperand = {
  name: 'ALERT',
  doc: 'The beginning of its id, or the name of its rule.',
  required: true,
  repeated: false,
} as const

const INCOMPLETE = 'the target is down and there is no alerting.state_directory: a restart now may tell things twice'

function listCommand(load: LoadService): Command {
  return serviceCommand(load, {
    name: 'alerts list',
    summary: 'List the alerts that fire, and who knows of them.',
    examples: [{ call: 'alerts list', doc: 'What fires now.' }],
    ask: () => ({ method: 'GET', path: '/api/v1/alerts' }),
    answer: alertsAnswer,
    text: ({ alerts }, { clock, terminal }) => alertsText(alerts, clock.now(), terminal.colour),
    warning: ({ isMemoryComplete }) => (isMemoryComplete ? null : INCOMPLETE),
  })
}

function showCommand(load: LoadService): Command {
  return serviceCommand(load, {
    name: 'alerts show',
    summary: 'Show all about an alert: why, what to do, who was told, and why others were not.',
    operands: [alertOperand],
    examples: [{ call: 'alerts show high_error_rate', doc: 'Every alert of that rule.' }],
    ask: ({ operands: [alert = ''] }) => ({ method: 'GET', path: `/api/v1/alerts/${encodeURIComponent(alert)}` }),
    answer: alertsAnswer,
    text: ({ alerts }, { clock }) => alerts.map((alert) => alertText(alert, clock.now())).join('\n'),
  })
}

const commentOption = textOption('comment', 'TEXT', 'What is known, or done.', 'm')
const forOption = durationOption('for', 'After it the acknowledgement no longer counts; else until the alert is over.')

function acknowledgeCommand(load: LoadService): Command {
  return serviceCommand(load, {
    name: 'alerts ack',
    summary: 'Acknowledge an alert: reminders and escalation stop.',
    operands: [alertOperand],
    options: [authorOption, commentOption, forOption],
    examples: [{ call: 'alerts ack 3f9c -m "disk is being grown" --for 2h', doc: 'Quiet for two hours.' }],
    ask: (input) => {
      const path = `/api/v1/alerts/${encodeURIComponent(input.operands[0] ?? '')}/acknowledge`
      const comment = input.get(commentOption) ?? ''
      return { method: 'POST', path, body: { by: authorOf(input), comment, for: input.get(forOption), via: 'cli' } }
    },
    answer: acknowledgedAnswer,
    text: ({ acknowledged }) => `Acknowledged ${acknowledged.map((each) => each.slice(0, 8)).join(', ')}.\n`,
  })
}

const DEFAULT_LINES = 50
const limitOption = numberOption('limit', 'LINES', `How many; ${DEFAULT_LINES} if not given.`, 1)

function historyCommand(load: LoadService): Command {
  return serviceCommand(load, {
    name: 'alerts history',
    summary: 'Show who was told what, when, and what people did. Kept for 30 days.',
    options: [limitOption],
    examples: [{ call: 'alerts history --limit 200', doc: 'The last 200 lines.' }],
    ask: (input) => {
      return { method: 'GET', path: `/api/v1/alerts/history?limit=${input.get(limitOption) ?? DEFAULT_LINES}` }
    },
    answer: historyAnswer,
    text: historyText,
  })
}

/** `sync-app alerts`: what fires, who knows of it, and what to do about it. `more` are subcommands about rules. */
export function alertsCommand(load: LoadService, more: readonly Command[]): Command {
  const own = [listCommand, showCommand, acknowledgeCommand, historyCommand].map((make) => make(load))
  return commandGroup({
    name: 'alerts',
    summary: 'See, acknowledge and test alerts, and try rules on what was.',
    description: 'list, show, ack, history and test CHANNEL ask the running service over HTTP.',
    subcommands: [...own, ...more],
    defaultSubcommand: 'list',
  })
}
