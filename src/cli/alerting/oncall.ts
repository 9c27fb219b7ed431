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
import { onCallText } from './print-alerts.ts'
import { onCallAnswer, readAnswer } from './service-answers.ts'

type Load = () => Promise<ServiceDeps>

function whoCommand(load: Load): Command {
  return {
    name: 'oncall who',
    summary: 'Show who is on call, and until when.',
    operands: [],
    options: [...SERVICE_OPTIONS, jsonFlag],
    examples: [{ call: 'oncall', doc: 'Every schedule.' }],
    async run(input, context) {
      const answer = await askService(input, context, load, { method: 'GET', path: '/api/v1/oncall' })
      const schedules = readAnswer(onCallAnswer, answer)
      context.terminal.out(input.get(jsonFlag) ? `${JSON.stringify(answer)}\n` : onCallText(schedules))
      return 0
    },
  }
}

const forOption = durationOption('for', 'How long: `8h`. Or give --until.')
const untilOption = textOption('until', 'INSTANT', 'When it ends: 2026-12-24T18:00+01:00.')
const fromOption = textOption('from', 'INSTANT', 'When it begins; at once if not given.')

function overrideCommand(load: Load): Command {
  return {
    name: 'oncall override',
    summary: 'Have somebody take over a turn.',
    operands: [
      { name: 'SCHEDULE', doc: 'A schedule of the configuration.', required: true, repeated: false },
      { name: 'PERSON', doc: 'One of its people.', required: true, repeated: false },
    ],
    options: [...SERVICE_OPTIONS, forOption, untilOption, fromOption, authorOption],
    examples: [{ call: 'oncall override primary bob --for 8h', doc: 'Bob takes over at once.' }],
    async run(input, context) {
      const [schedule = '', person = ''] = input.operands
      const length = input.get(forOption)
      const until = input.get(untilOption)
      if ((length === undefined) === (until === undefined))
        throw new UsageError('oncall override needs either --for or --until')
      const body = {
        schedule,
        person,
        for: length,
        until,
        from: input.get(fromOption),
        author: authorOf(input),
        via: 'cli',
      }
      await askService(input, context, load, { method: 'POST', path: '/api/v1/oncall/overrides', body })
      context.terminal.out(`${person} takes over ${schedule}.\n`)
      return 0
    },
  }
}

/** `sync-app oncall`: who is told. */
export function onCallCommand(load: Load): Command {
  return commandGroup({
    name: 'oncall',
    summary: 'Show who is on call, or have somebody take over.',
    description: 'Asks the running service over HTTP.',
    subcommands: [whoCommand(load), overrideCommand(load)],
    defaultSubcommand: 'who',
  })
}
