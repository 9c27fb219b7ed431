import { randomUUID } from 'node:crypto'
import { SyncError } from '../../../core/sync-error.ts'
import type { AlertMessage } from '../message/alert-message.ts'
import { composeMessage } from '../message/compose.ts'
import type { AlertingState, StateChange } from '../stages/alerting-state.ts'
import { destinationsOf } from '../stages/destination.ts'
import { labelsOf, type Episode } from '../stages/episode.ts'
import type { Policy } from '../stages/policy.ts'
import type { AlertNotifier } from './alert-notifier.ts'
import type { Dispatcher } from './dispatcher.ts'
import { PLAIN_ENTRY } from './history-entry.ts'

/** What a test is made with. */
export interface TestParts {
  readonly notifier: AlertNotifier
  readonly dispatcher: Pick<Dispatcher, 'send'>
  readonly policy: Policy
  readonly now: () => number
}

/** How a test went. */
export interface TestResult {
  readonly receiver: string
  /** Null when it arrived. */
  readonly failure: string | null
}

/** Sends a test over a channel, to each of its receivers. Resolves to one line per receiver: null when it arrived, else why not. @throws {SyncError} ALERT_UNKNOWN */
export async function testChannel(
  name: string,
  via: string,
  { policy, notifier, dispatcher, now }: TestParts,
): Promise<readonly TestResult[]> {
  if (!policy.channels.has(name)) {
    const remedy = `There are: ${[...policy.channels.keys()].join(', ')}.`
    throw new SyncError('ALERT_UNKNOWN', `there is no channel ${JSON.stringify(name)}`, { remedy })
  }
  const book = { channels: policy.channels, oncall: policy.oncall, overrides: [] }
  const destinations = destinationsOf([{ tag: 'channel', channel: name }], book, now())
  return await Promise.all(
    destinations.map(async (destination): Promise<TestResult> => {
      const delivery = await dispatcher.send(testMessage(policy.pipeline, destination, now()))
      const failure = delivery?.tag === 'delivered' ? null : (delivery?.reason ?? 'the service is stopping')
      await notifier.change((state, nowMs) => ({
        changes: failure === null ? healed(state, name) : [],
        history: [{ ...PLAIN_ENTRY, atMs: nowMs, what: 'test', who: name, via, reason: failure ?? 'delivered' }],
      }))
      return { receiver: destination.address ?? name, failure }
    }),
  )
}

/** A channel that works no longer fails. */
function healed({ failures }: AlertingState, channel: string): readonly StateChange[] {
  return failures.has(channel) ? [{ tag: 'failure', key: channel, value: null }] : []
}

function testMessage(pipeline: string, destination: AlertMessage['destination'], nowMs: number): AlertMessage {
  const id = randomUUID()
  const alert = { rule: 'test', severity: 'info', labels: {} } as const
  const test: Episode = {
    ...alert,
    fingerprint: '0000000000000000',
    labels: labelsOf(alert, pipeline),
    ownLabels: {},
    startedAtMs: nowMs,
    endedAtMs: null,
    value: null,
    annotations: {
      summary: 'test of an alert channel',
      description: '',
      why: '',
      remedy: 'Nothing: no alert fires.',
      runbook: '',
    },
    cooldownMs: 0,
    escalatedAtMs: {},
    acknowledgement: null,
    isConfirmed: true,
  }
  const parts = {
    id,
    pipeline,
    reason: 'test',
    groupKey: `test:${id}`,
    groupLabels: { alertname: 'test' },
    threadId: id,
  } as const
  const message = composeMessage({
    ...parts,
    isFirstOfThread: true,
    destination,
    firing: [test],
    resolved: [],
    isFlapping: () => false,
    nowMs,
  })
  return message
}
