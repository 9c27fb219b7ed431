import type { Tick } from '../app/checklist/tick.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { Command } from './command.ts'
import { configOperand, configOption, loadNamedConfig } from './named-config.ts'
import { jsonFlag } from './option.ts'
import { paint } from './paint.ts'

/** What the command needs: `src/app/checklist/`. */
export interface ChecklistDeps {
  readonly readChecklist: (
    config: Config,
    around: { readonly clock: Clock; readonly abort: AbortSignal },
  ) => Promise<readonly Tick[]>
}

/** `sync-app checklist`: the guide's checklist, looked at instead of believed. */
export function checklistCommand(load: () => Promise<ChecklistDeps>): Command {
  return {
    name: 'checklist',
    summary: 'Tick the monitoring checklist off by looking: health, metrics, alerts, logs and the rest.',
    description:
      'Each of the eight items is checked against what runs now, and what was looked at is shown; what is not configured is not\n' +
      'ticked. Takes about three seconds. Exits with 1 unless all are ticked.',
    operands: [configOperand],
    options: [configOption, jsonFlag],
    examples: [
      { call: 'checklist', doc: 'What is still missing from the monitoring of this pipeline.' },
      { call: 'checklist --json', doc: 'The same for a program.' },
    ],
    async run(input, { terminal, clock, abort, ...context }) {
      const { config } = await loadNamedConfig(input, input.operands[0], { terminal, clock, abort, ...context })
      const { readChecklist } = await load()
      const ticks = await readChecklist(config, { clock, abort })
      terminal.out(input.get(jsonFlag) ? checklistJson(ticks) : checklistText(ticks, terminal.colour))
      return ticks.every(({ ticked }) => ticked) ? 0 : 1
    },
  }
}

/** The checklist as the guide has it, with what was looked at. Pure. */
function checklistText(ticks: readonly Tick[], colour: boolean): string {
  const blocks = ticks.map(({ item, ticked, lookedAt, remedy }) => {
    const box = ticked ? paint('green', '[x]', colour) : paint('yellow', '[ ]', colour)
    const todo = ticked || remedy === undefined ? '' : `      to do: ${remedy}\n`
    return `- ${box} ${item}\n      ${paint('dim', lookedAt, colour)}\n${todo}`
  })
  const done = ticks.filter(({ ticked }) => ticked).length
  return `${blocks.join('')}\n${done} of ${ticks.length} ticked.\n`
}

/** `{"ok", "items": [{item, ticked, looked_at, remedy}]}`. Pure. */
function checklistJson(ticks: readonly Tick[]): string {
  const items = ticks.map(({ item, ticked, lookedAt, remedy }) => ({ item, ticked, looked_at: lookedAt, remedy }))
  return `${JSON.stringify({ ok: ticks.every(({ ticked }) => ticked), items }, null, 2)}\n`
}
