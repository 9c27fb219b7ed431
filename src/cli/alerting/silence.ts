import * as z from 'zod'
import type { Command } from '../command.ts'
import { commandGroup } from '../command-group.ts'
import { textOption } from '../option.ts'
import { authorOf, authorOption } from '../service-options.ts'
import { silencesText } from './print-alerts.ts'
import { idAnswer, silencesAnswer } from './service-answers.ts'
import { serviceCommand, type LoadService } from './service-command.ts'
import { SPAN_OPTIONS, spanOf } from './span-options.ts'

const commentOption = textOption('comment', 'TEXT', 'Why: stands in the history.', 'm')

function addCommand(load: LoadService): Command {
  return serviceCommand(load, {
    name: 'silence add',
    summary: 'Keep alerts from being sent for a time.',
    description: 'That an alert is over is told all the same to whoever was told of it.',
    operands: [
      { name: 'MATCHER', doc: 'severity=warning, table=~"billing.*"; all must fit.', required: true, repeated: true },
    ],
    options: [...SPAN_OPTIONS, authorOption, commentOption],
    examples: [
      { call: `silence add 'table=~"billing.*"' --for 2h -m "moving the table"`, doc: 'Two hours of planned work.' },
      { call: 'silence add alertname=slot_at_risk --until 2026-12-24T18:00+01:00', doc: 'Until an instant.' },
    ],
    ask: (input) => {
      const comment = input.get(commentOption) ?? ''
      const body = {
        match: input.operands,
        ...spanOf(input, 'silence add'),
        author: authorOf(input),
        comment,
        via: 'cli',
      }
      return { method: 'POST', path: '/api/v1/silences', body }
    },
    answer: idAnswer,
    text: ({ id }) => `Silence ${id} is made.\n`,
  })
}

function listCommand(load: LoadService): Command {
  return serviceCommand(load, {
    name: 'silence list',
    summary: 'List silences that are in force or still to come.',
    examples: [{ call: 'silence list', doc: 'Those of the configuration too.' }],
    ask: () => ({ method: 'GET', path: '/api/v1/silences' }),
    answer: silencesAnswer,
    text: silencesText,
  })
}

function expireCommand(load: LoadService): Command {
  return serviceCommand(load, {
    name: 'silence expire',
    summary: 'End a silence now.',
    operands: [{ name: 'ID', doc: 'As silence list shows it.', required: true, repeated: false }],
    options: [authorOption],
    examples: [{ call: 'silence expire 1f3b9c02', doc: 'The work is done early.' }],
    ask: (input) => {
      const path = `/api/v1/silences/${encodeURIComponent(input.operands[0] ?? '')}/expire`
      return { method: 'POST', path, body: { author: authorOf(input), via: 'cli' } }
    },
    answer: z.unknown(),
    text: (_answer, _context, { operands: [id = ''] }) => `Silence ${id} is over.\n`,
  })
}

/** `sync-app silence`: planned quiet. */
export function silenceCommand(load: LoadService): Command {
  return commandGroup({
    name: 'silence',
    summary: 'Keep alerts from being sent for a time.',
    description: 'Asks the running service over HTTP.',
    subcommands: [addCommand(load), listCommand(load), expireCommand(load)],
    defaultSubcommand: 'list',
  })
}
