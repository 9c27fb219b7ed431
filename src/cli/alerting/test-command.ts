import type { AlertRule } from '../../config/alerting/alert-rule.ts'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import { nearestName } from '../../config/nearest-name.ts'
import type { Command, CommandContext } from '../command.ts'
import { loadNamedConfig } from '../named-config.ts'
import { jsonFlag } from '../option.ts'
import type { Arguments } from '../parse-arguments.ts'
import { SERVICE_OPTIONS } from '../service-options.ts'
import { UsageError } from '../usage-error.ts'
import { testAnswer } from './service-answers.ts'
import { askAndShow, type LoadService } from './service-command.ts'

/** What testing rules needs: `src/app/alerts/test-rules.ts`. */
export interface RuleTestDeps {
  readonly testRules: (
    rules: readonly AlertRule[],
    config: AlertingConfig,
  ) => readonly { readonly rule: string; readonly test: string; readonly problems: readonly string[] }[]
}

type Subject = { readonly tag: 'rules'; readonly rules: readonly AlertRule[] } | { readonly tag: 'channel' }

/** What a name means: a rule, or a channel. @throws {UsageError} for what is neither, and for what is both. */
export function testSubject(name: string | undefined, { rules, delivery }: AlertingConfig): Subject {
  if (name === undefined) return { tag: 'rules', rules }
  const found = rules.filter((rule) => rule.name === name)
  const isChannel = delivery.channels.some((channel) => channel.name === name)
  if (found.length > 0 && isChannel)
    throw new UsageError(`${name} is a rule and a channel: give one of them another name`)
  if (isChannel) return { tag: 'channel' }
  if (found.length > 0) return { tag: 'rules', rules: found }
  const names = [...rules, ...delivery.channels].map((each) => each.name)
  const near = nearestName(name, names)
  const hint = near === undefined ? 'see alerts rules, and alerting.channels' : `did you mean ${near}?`
  throw new UsageError(`there is no rule or channel ${JSON.stringify(name)}: ${hint}`)
}

async function testRules(
  { rules, config }: { readonly rules: readonly AlertRule[]; readonly config: AlertingConfig },
  load: () => Promise<RuleTestDeps>,
  { input, context }: { readonly input: Arguments; readonly context: CommandContext },
): Promise<number> {
  const outcomes = (await load()).testRules(rules, config)
  const lines = outcomes.map(({ rule, test, problems }) => {
    return problems.length === 0 ? `ok    ${rule}: ${test}\n` : `FAIL  ${rule}: ${test}: ${problems.join('; ')}\n`
  })
  const untested = rules.filter(({ tests }) => tests.length === 0).map(({ name }) => `none  ${name}\n`)
  context.terminal.out(input.get(jsonFlag) ? `${JSON.stringify(outcomes)}\n` : [...lines, ...untested].join(''))
  return outcomes.every(({ problems }) => problems.length === 0) ? 0 : 1
}

/** `sync-app alerts test RULE|CHANNEL`. */
export function alertsTestCommand(load: LoadService, loadRules: () => Promise<RuleTestDeps>): Command {
  return {
    name: 'alerts test',
    summary: 'Run the tests of rules, or send a test over a channel.',
    description:
      'Of a rule: does it fire when it must, and only then? The tests stand under `test:` of a rule; predefined rules bring theirs; the service is not needed.\n' +
      'Of a channel: the running service sends a message. One that failed and works again is no longer failing. Exits with 1 when a test fails.',
    operands: [{ name: 'RULE|CHANNEL', doc: 'All rules when none is named.', required: false, repeated: false }],
    options: [...SERVICE_OPTIONS, jsonFlag],
    examples: [
      { call: 'alerts test', doc: 'All rules of production_config.yaml.' },
      { call: 'alerts test orders_late', doc: 'One of them.' },
      { call: 'alerts test slack', doc: 'See that Slack gets what is sent.' },
    ],
    async run(input, context) {
      const config = (await loadNamedConfig(input, undefined, context)).config.alerting
      const [name] = input.operands
      const subject = testSubject(name, config)
      if (subject.tag === 'rules')
        return await testRules({ rules: subject.rules, config }, loadRules, { input, context })
      const path = `/api/v1/alerts/channels/${encodeURIComponent(name ?? '')}/test`
      const command = {
        ask: () => ({ method: 'POST', path, body: { via: 'cli' } }) as const,
        answer: testAnswer,
        text: ({ results }: { results: readonly { receiver: string; failure: string | null }[] }) =>
          results.map(({ receiver, failure }) => `${receiver}: ${failure ?? 'delivered'}\n`).join(''),
        isDone: ({ results }: { results: readonly { failure: string | null }[] }) =>
          results.every(({ failure }) => failure === null),
      }
      return await askAndShow(command, input, { context, load })
    },
  }
}
