import type { Diagnosis } from '../app/doctor/diagnosis.ts'
import type { Config } from '../config/config.ts'
import { nearestName } from '../config/nearest-name.ts'
import type { Clock } from '../core/clock.ts'
import type { Command } from './command.ts'
import { configOption, loadNamedConfig } from './named-config.ts'
import { jsonFlag } from './option.ts'
import { paint, type Ink } from './paint.ts'
import { UsageError } from './usage-error.ts'

/** Finds what is wrong. @throws the reason of `abort` alone. */
export type Diagnose = (
  config: Config,
  around: { readonly clock: Clock; readonly abort: AbortSignal },
) => Promise<readonly Diagnosis[]>

/** A topic of `sync-app doctor`. Add one to the list in `commands.ts`. */
export interface DoctorTopic {
  readonly name: string
  /** What is looked at, as a sentence. */
  readonly doc: string
  readonly load: () => Promise<Diagnose>
}

const INKS: Readonly<Record<Diagnosis['status'], Ink>> = { ok: 'green', problem: 'red', skipped: 'dim' }

/** `sync-app doctor TOPIC`: why something of the monitoring is missing or wrong. */
export function doctorCommand(topics: readonly DoctorTopic[]): Command {
  const names = topics.map(({ name }) => name)
  return {
    name: 'doctor',
    summary: 'Find out why metrics and the like are missing, with what mends it.',
    description: `Changes nothing. Exits with 1 when there is a problem.\n${topics.map(({ name, doc }) => `${name}: ${doc}`).join('\n')}`,
    operands: [{ name: 'TOPIC', doc: `${names.join(', ')}; default: all.`, required: false, repeated: false }],
    options: [configOption, jsonFlag],
    examples: [
      { call: 'doctor metrics', doc: 'From the configuration to Prometheus, step by step.' },
      { call: 'doctor --json', doc: 'All topics, for a program.' },
    ],
    async run(input, context) {
      const { terminal, clock, abort } = context
      const wanted = topicsOf(input.operands[0], topics)
      const { config } = await loadNamedConfig(input, undefined, context)
      const diagnoses: Diagnosis[] = []
      for (const { load } of wanted) diagnoses.push(...(await (await load())(config, { clock, abort })))
      terminal.out(input.get(jsonFlag) ? diagnosesJson(diagnoses) : diagnosesText(diagnoses, terminal.colour))
      return diagnoses.some(({ status }) => status === 'problem') ? 1 : 0
    },
  }
}

/** @throws {UsageError} for what is no topic. */
function topicsOf(name: string | undefined, topics: readonly DoctorTopic[]): readonly DoctorTopic[] {
  if (name === undefined) return topics
  const found = topics.filter((topic) => topic.name === name)
  if (found.length > 0) return found
  const names = topics.map((topic) => topic.name)
  const near = nearestName(name, names)
  throw new UsageError(
    `doctor knows ${names.join(', ')}, not ${JSON.stringify(name)}${near ? `: did you mean ${near}?` : ''}`,
  )
}

function diagnosesText(diagnoses: readonly Diagnosis[], colour: boolean): string {
  const lines = diagnoses.map(({ status, check, what, remedy }) => {
    const mend = status === 'ok' || remedy === undefined ? '' : `           mend: ${remedy}\n`
    return `${paint(INKS[status], status.padEnd(7), colour)}  ${check}: ${what}\n${mend}`
  })
  const problems = diagnoses.filter(({ status }) => status === 'problem').length
  return `${lines.join('')}\n${problems === 1 ? '1 problem' : `${problems} problems`}.\n`
}

/** `{"ok", "checks": [{check, status, what, remedy}]}`. */
function diagnosesJson(diagnoses: readonly Diagnosis[]): string {
  const ok = diagnoses.every(({ status }) => status !== 'problem')
  return `${JSON.stringify({ ok, checks: diagnoses }, null, 2)}\n`
}
