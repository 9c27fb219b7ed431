import * as z from 'zod'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import type { Command } from '../command.ts'
import { humanDuration } from '../human-units.ts'
import { loadNamedConfig } from '../named-config.ts'
import { jsonFlag } from '../option.ts'
import { durationOption, SERVICE_OPTIONS, urlOption } from '../service-options.ts'
import { textTable, type TextColumn } from '../text-table.ts'
import { showInstant } from './print-alerts.ts'
import { askAndShow, type LoadService } from './service-command.ts'

const replayAnswer = z.object({
  rule: z.string(),
  condition: z.string(),
  fromMs: z.number().nullable(),
  untilMs: z.number().nullable(),
  samples: z.number(),
  gaps: z.number(),
  firings: z
    .array(
      z.object({
        labels: z.record(z.string(), z.string()),
        fromMs: z.number(),
        untilMs: z.number().nullable(),
        summary: z.string(),
      }),
    )
    .readonly(),
  tooShort: z.object({ count: z.number(), longestMs: z.number() }),
})

type Replay = Readonly<z.output<typeof replayAnswer>>

/** What replaying needs: `src/app/alerts/rule-requests.ts`. */
export interface ReplayDeps {
  readonly replayNamed: (
    config: AlertingConfig,
    request: { readonly name: string; readonly since: string | null; readonly nowMs: number },
  ) => Promise<Replay>
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)

const left = (title: string): TextColumn => ({ title, align: 'left' })

/** What a rule would have said, for people. Pure. */
export function replayText({ rule, condition, fromMs, untilMs, samples, gaps, firings, tooShort }: Replay): string {
  if (fromMs === null || untilMs === null) return 'Nothing was kept in that time: see alerting.state_directory.\n'
  const lines = [
    `${rule}: ${condition}`,
    `Tried on ${samples} samples from ${showInstant(fromMs)} to ${showInstant(untilMs)}${gaps === 0 ? '' : `, ${times(gaps)} with none for a while`}.`,
    firings.length === 0 ? 'It would not have fired.' : `It would have fired ${times(firings.length)}.`,
    ...(tooShort.count === 0
      ? []
      : [
          `The condition held ${times(tooShort.count)}, but not as long as \`for\` asks: for ${humanDuration(tooShort.longestMs)} at most.`,
        ]),
  ]
  const rows = firings.map(({ labels, fromMs: from, untilMs: until, summary }) => {
    const shown = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    return [showInstant(from), until === null ? 'goes on' : humanDuration(until - from), shown.join(', '), summary]
  })
  const table = rows.length === 0 ? '' : `\n${textTable(['FROM', 'FOR', 'LABELS', 'SUMMARY'].map(left), rows)}`
  return `${lines.join('\n')}\n${table}`
}

const sinceOption = durationOption('since', 'How far back: `24h`, which is also the default.')

/** `sync-app alerts replay RULE --since 24h`. */
export function replayCommand(load: LoadService, loadReplay: () => Promise<ReplayDeps>): Command {
  return {
    name: 'alerts replay',
    summary: 'Try a rule on what was: when would it have fired?',
    description:
      'Nobody is told. Change the rule in the configuration and try again, until it fires when it should. Needs `alerting.state_directory`, where the service keeps what metrics were; the last minutes may not be there yet. With --url the service itself tries the rule, as it has it.',
    operands: [{ name: 'RULE', doc: 'A rule of the configuration.', required: true, repeated: false }],
    options: [...SERVICE_OPTIONS, sinceOption, jsonFlag],
    examples: [{ call: 'alerts replay high_latency --since 7d', doc: 'Was it too easily alarmed last week?' }],
    async run(input, context) {
      const [name = ''] = input.operands
      const since = input.get(sinceOption) ?? null
      if (input.get(urlOption) !== undefined) {
        const query = since === null ? '' : `?since=${encodeURIComponent(since)}`
        const path = `/api/v1/alerts/rules/${encodeURIComponent(name)}/replay${query}`
        const command = { ask: () => ({ method: 'GET', path }) as const, answer: replayAnswer, text: replayText }
        return await askAndShow(command, input, { context, load })
      }
      const config = (await loadNamedConfig(input, undefined, context)).config.alerting
      const { replayNamed } = await loadReplay()
      const replay = await replayNamed(config, { name, since, nowMs: context.clock.now() })
      context.terminal.out(input.get(jsonFlag) ? `${JSON.stringify(replay)}\n` : replayText(replay))
      return 0
    },
  }
}
