import type { Command } from '../command.ts'
import { commandGroup } from '../command-group.ts'
import { jsonFlag, numberOption, textOption } from '../option.ts'
import {
  askService,
  authorOf,
  authorOption,
  durationOption,
  SERVICE_OPTIONS,
  type ServiceDeps,
} from '../service-options.ts'
import { alertsText, alertText, historyText } from './print-alerts.ts'
import { acknowledgedAnswer, alertsAnswer, historyAnswer, readAnswer, testAnswer } from './service-answers.ts'

type Load = () => Promise<ServiceDeps>

const alertOperand = {
  name: 'ALERT',
  doc: 'The beginning of its id, or the name of its rule.',
  required: true,
  repeated: false,
} as const

function listCommand(load: Load): Command {
  return {
    name: 'alerts list',
    summary: 'List the alerts that fire, and who knows of them.',
    operands: [],
    options: [...SERVICE_OPTIONS, jsonFlag],
    examples: [{ call: 'alerts list', doc: 'What fires now.' }],
    async run(input, context) {
      const answer = await askService(input, context, load, { method: 'GET', path: '/api/v1/alerts' })
      const { alerts, isMemoryComplete } = readAnswer(alertsAnswer, answer)
      const { terminal, clock } = context
      terminal.out(input.get(jsonFlag) ? json(answer) : alertsText(alerts, clock.now(), terminal.colour))
      if (!isMemoryComplete) {
        terminal.err(
          'warning: the target is down and there is no alerting.state_directory: a restart now may tell things twice\n',
        )
      }
      return 0
    },
  }
}

function showCommand(load: Load): Command {
  return {
    name: 'alerts show',
    summary: 'Show all about an alert: why, what to do, who was told, and why others were not.',
    operands: [alertOperand],
    options: [...SERVICE_OPTIONS, jsonFlag],
    examples: [{ call: 'alerts show high_error_rate', doc: 'Every alert of that rule.' }],
    async run(input, context) {
      const path = `/api/v1/alerts/${encodeURIComponent(input.operands[0] ?? '')}`
      const answer = await askService(input, context, load, { method: 'GET', path })
      const { alerts } = readAnswer(alertsAnswer, answer)
      const text = alerts.map((alert) => alertText(alert, context.clock.now())).join('\n')
      context.terminal.out(input.get(jsonFlag) ? json(answer) : text)
      return 0
    },
  }
}

const commentOption = textOption('comment', 'TEXT', 'What is known, or done.', 'm')
const forOption = durationOption('for', 'After it the acknowledgement no longer counts; else until the alert is over.')

function acknowledgeCommand(load: Load): Command {
  return {
    name: 'alerts ack',
    summary: 'Acknowledge an alert: reminders and escalation stop.',
    operands: [alertOperand],
    options: [...SERVICE_OPTIONS, authorOption, commentOption, forOption, jsonFlag],
    examples: [{ call: 'alerts ack 3f9c -m "disk is being grown" --for 2h', doc: 'Quiet for two hours.' }],
    async run(input, context) {
      const path = `/api/v1/alerts/${encodeURIComponent(input.operands[0] ?? '')}/acknowledge`
      const body = {
        by: authorOf(input),
        comment: input.get(commentOption) ?? '',
        for: input.get(forOption),
        via: 'cli',
      }
      const answer = await askService(input, context, load, { method: 'POST', path, body })
      const { acknowledged } = readAnswer(acknowledgedAnswer, answer)
      const text = `Acknowledged ${acknowledged.map((each) => each.slice(0, 8)).join(', ')}.\n`
      context.terminal.out(input.get(jsonFlag) ? json(answer) : text)
      return 0
    },
  }
}

const DEFAULT_LINES = 50
const limitOption = numberOption('limit', 'LINES', `How many; ${DEFAULT_LINES} if not given.`, 1)

function historyCommand(load: Load): Command {
  return {
    name: 'alerts history',
    summary: 'Show who was told what, when, and what people did. Kept for 30 days.',
    operands: [],
    options: [...SERVICE_OPTIONS, limitOption, jsonFlag],
    examples: [{ call: 'alerts history --limit 200', doc: 'The last 200 lines.' }],
    async run(input, context) {
      const path = `/api/v1/alerts/history?limit=${input.get(limitOption) ?? DEFAULT_LINES}`
      const answer = await askService(input, context, load, { method: 'GET', path })
      const history = readAnswer(historyAnswer, answer)
      context.terminal.out(input.get(jsonFlag) ? json(answer) : historyText(history))
      return 0
    },
  }
}

function testCommand(load: Load): Command {
  return {
    name: 'alerts test',
    summary: 'Send a test over a channel. One that failed and works again is no longer failing.',
    operands: [{ name: 'CHANNEL', doc: 'A channel of the configuration.', required: true, repeated: false }],
    options: [...SERVICE_OPTIONS, jsonFlag],
    examples: [{ call: 'alerts test slack', doc: 'See that Slack gets what is sent.' }],
    async run(input, context) {
      const path = `/api/v1/alerts/channels/${encodeURIComponent(input.operands[0] ?? '')}/test`
      const answer = await askService(input, context, load, { method: 'POST', path, body: { via: 'cli' } })
      const { results } = readAnswer(testAnswer, answer)
      const lines = results.map(({ receiver, failure }) => `${receiver}: ${failure ?? 'delivered'}\n`)
      context.terminal.out(input.get(jsonFlag) ? json(answer) : lines.join(''))
      return results.every(({ failure }) => failure === null) ? 0 : 1
    },
  }
}

function json(answer: unknown): string {
  return `${JSON.stringify(answer)}\n`
}

/** `sync-app alerts`: what fires, who knows of it, and what to do about it. `more` are subcommands about rules. */
export function alertsCommand(load: Load, more: readonly Command[]): Command {
  const own = [listCommand, showCommand, acknowledgeCommand, historyCommand, testCommand].map((make) => make(load))
  return commandGroup({
    name: 'alerts',
    summary: 'See, acknowledge and test alerts.',
    description: 'Asks the running service over HTTP.',
    subcommands: [...own, ...more],
    defaultSubcommand: 'list',
  })
}
