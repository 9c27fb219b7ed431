import type { Command } from '../command.ts'
import { commandGroup } from '../command-group.ts'
import { jsonFlag, textOption } from '../option.ts'
import {
  askService,
  authorOf,
  authorOption,
  durationOption,
  SERVICE_OPTIONS,
  type ServiceDeps,
} from '../service-options.ts'
import { UsageError } from '../usage-error.ts'
import { silencesText } from './print-alerts.ts'
import { idAnswer, readAnswer, silencesAnswer } from './service-answers.ts'

type Load = () => Promise<ServiceDeps>

const forOption = durationOption('for', 'How long: `2h`. Or give --until.')
const untilOption = textOption('until', 'INSTANT', 'When it ends: 2026-12-24T18:00+01:00.')
const fromOption = textOption('from', 'INSTANT', 'When it begins; at once if not given.')
const commentOption = textOption('comment', 'TEXT', 'Why: stands in the history.', 'm')

function addCommand(load: Load): Command {
  return {
    name: 'silence add',
    summary: 'Keep alerts from being sent for a time.',
    description: 'That an alert is over is told all the same to whoever was told of it.',
    operands: [
      { name: 'MATCHER', doc: 'severity=warning, table=~"billing.*"; all must fit.', required: true, repeated: true },
    ],
    options: [...SERVICE_OPTIONS, forOption, untilOption, fromOption, authorOption, commentOption, jsonFlag],
    examples: [
      { call: `silence add 'table=~"billing.*"' --for 2h -m "moving the table"`, doc: 'Two hours of planned work.' },
      { call: 'silence add alertname=slot_at_risk --until 2026-12-24T18:00+01:00', doc: 'Until an instant.' },
    ],
    async run(input, context) {
      const length = input.get(forOption)
      const until = input.get(untilOption)
      if ((length === undefined) === (until === undefined))
        throw new UsageError('silence add needs either --for or --until')
      const comment = input.get(commentOption) ?? ''
      const body = {
        match: input.operands,
        for: length,
        until,
        from: input.get(fromOption),
        author: authorOf(input),
        comment,
        via: 'cli',
      }
      const answer = await askService(input, context, load, { method: 'POST', path: '/api/v1/silences', body })
      const { id } = readAnswer(idAnswer, answer)
      context.terminal.out(input.get(jsonFlag) ? `${JSON.stringify(answer)}\n` : `Silence ${id} is made.\n`)
      return 0
    },
  }
}

function listCommand(load: Load): Command {
  return {
    name: 'silence list',
    summary: 'List silences that are in force or still to come.',
    operands: [],
    options: [...SERVICE_OPTIONS, jsonFlag],
    examples: [{ call: 'silence list', doc: 'Those of the configuration too.' }],
    async run(input, context) {
      const answer = await askService(input, context, load, { method: 'GET', path: '/api/v1/silences' })
      const silences = readAnswer(silencesAnswer, answer)
      context.terminal.out(input.get(jsonFlag) ? `${JSON.stringify(answer)}\n` : silencesText(silences))
      return 0
    },
  }
}

function expireCommand(load: Load): Command {
  return {
    name: 'silence expire',
    summary: 'End a silence now.',
    operands: [{ name: 'ID', doc: 'As silence list shows it.', required: true, repeated: false }],
    options: [...SERVICE_OPTIONS, authorOption],
    examples: [{ call: 'silence expire 1f3b9c02', doc: 'The work is done early.' }],
    async run(input, context) {
      const [id = ''] = input.operands
      const path = `/api/v1/silences/${encodeURIComponent(id)}/expire`
      await askService(input, context, load, { method: 'POST', path, body: { author: authorOf(input), via: 'cli' } })
      context.terminal.out(`Silence ${id} is over.\n`)
      return 0
    },
  }
}

/** `sync-app silence`: planned quiet. */
export function silenceCommand(load: Load): Command {
  return commandGroup({
    name: 'silence',
    summary: 'Keep alerts from being sent for a time.',
    description: 'Asks the running service over HTTP.',
    subcommands: [addCommand(load), listCommand(load), expireCommand(load)],
    defaultSubcommand: 'list',
  })
}
