import * as z from 'zod'
import type { Command } from '../command.ts'
import { commandGroup } from '../command-group.ts'
import { authorOf, authorOption } from '../service-options.ts'
import { onCallText } from './print-alerts.ts'
import { onCallAnswer } from './service-answers.ts'
import { serviceCommand, type LoadService } from './service-command.ts'
import { SPAN_OPTIONS, spanOf } from './span-options.ts'

function whoCommand(load: LoadService): Command {
  return serviceCommand(load, {
    name: 'oncall who',
    summary: 'Show who is on call, and until when.',
    examples: [{ call: 'oncall', doc: 'Every schedule.' }],
    ask: () => ({ method: 'GET', path: '/api/v1/oncall' }),
    answer: onCallAnswer,
    text: onCallText,
  })
}

function overrideCommand(load: LoadService): Command {
  return serviceCommand(load, {
    name: 'oncall override',
    summary: 'Have somebody take over a turn.',
    operands: [
      { name: 'SCHEDULE', doc: 'A schedule of the configuration.', required: true, repeated: false },
      { name: 'PERSON', doc: 'One of its people.', required: true, repeated: false },
    ],
    options: [...SPAN_OPTIONS, authorOption],
    examples: [{ call: 'oncall override primary bob --for 8h', doc: 'Bob takes over at once.' }],
    ask: (input) => {
      const [schedule = '', person = ''] = input.operands
      const body = { schedule, person, ...spanOf(input, 'oncall override'), author: authorOf(input), via: 'cli' }
      return { method: 'POST', path: '/api/v1/oncall/overrides', body }
    },
    answer: z.unknown(),
    text: (_answer, _context, { operands: [schedule = '', person = ''] }) => `${person} takes over ${schedule}.\n`,
  })
}

/** `sync-app oncall`: who is told. */
export function onCallCommand(load: LoadService): Command {
  return commandGroup({
    name: 'oncall',
    summary: 'Show who is on call, or have somebody take over.',
    description: 'Asks the running service over HTTP.',
    subcommands: [whoCommand(load), overrideCommand(load)],
    defaultSubcommand: 'who',
  })
}
