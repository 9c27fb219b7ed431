import { randomUUID } from 'node:crypto'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import type { Secret } from '../../config/secret.ts'
import type { AlertStore } from '../../core/alert-store.ts'
import type { Clock, Random } from '../../core/clock.ts'
import { asSyncError, SyncError } from '../../core/sync-error.ts'
import type { EvaluationRound, RememberedAlert } from '../../observe/alerts/alert-instance.ts'
import { makeChannel } from '../../observe/alerts/channels/make-channel.ts'
import { linksOf } from '../../observe/alerts/notifier/acknowledge-link.ts'
import { AlertDesk } from '../../observe/alerts/notifier/alert-desk.ts'
import { AlertJournal } from '../../observe/alerts/notifier/alert-journal.ts'
import { AlertNotifier, type NotifierLog } from '../../observe/alerts/notifier/alert-notifier.ts'
import { AlertmanagerPush } from '../../observe/alerts/notifier/alertmanager-push.ts'
import { buildPolicy, configuredSilences } from '../../observe/alerts/notifier/build-policy.ts'
import { runDeadMansSwitch } from '../../observe/alerts/notifier/dead-mans-switch.ts'
import { Dispatcher } from '../../observe/alerts/notifier/dispatcher.ts'
import { LocalJournal } from '../../observe/alerts/notifier/local-journal.ts'
import { OnCallDesk } from '../../observe/alerts/notifier/on-call-desk.ts'
import { SilenceDesk } from '../../observe/alerts/notifier/silence-desk.ts'
import { testChannel, type TestResult } from '../../observe/alerts/notifier/test-channel.ts'

/** What alerting is made of. */
export interface AlertingParts {
  readonly config: AlertingConfig
  readonly pipeline: string
  /** Of `http.auth.token`: signs links when there is no secret for that. */
  readonly token: Secret | null
  /** The target's memory. */
  readonly store: AlertStore
  readonly clock: Clock
  readonly random: Random
  readonly log: (line: NotifierLog) => void
  /** Told of every message that was sent or given up, for metrics. */
  readonly onMessage?: ((channel: string, result: 'success' | 'failure') => void) | undefined
}

/** Alerting from the evaluator's rounds to people, and back from people. */
export interface Alerting extends AsyncDisposable {
  readonly alerts: AlertDesk
  readonly silences: SilenceDesk
  readonly onCall: OnCallDesk
  /** Alerts that fired when the last life ended: the evaluator goes on with them. */
  remembered(): readonly RememberedAlert[]
  /** Works a round off. While this instance stands by, none may be given. */
  handleRound(round: EvaluationRound): Promise<void>
  testChannel(name: string, via: string): Promise<readonly TestResult[]>
}

/** The sign of life stays away when no round was worked off for so long. */
const ROUND_OVERDUE_MS = 60_000
const SAME_TROUBLE_MS = 600_000

/** Opens alerting: reads what earlier lives told, and sends what they left unsent. @throws {SyncError} CONFIG_INVALID when the state directory cannot be used. */
export async function openAlerting(parts: AlertingParts): Promise<Alerting> {
  await using closing = new AsyncDisposableStack()
  const { config, pipeline, store, clock, log } = parts
  const { delivery } = config
  const local = await openDirectory(delivery.stateDirectory)
  if (local) closing.use(local)
  const silences = configuredSilences(delivery)
  const policy = buildPolicy(sends(config) ? delivery : { ...delivery, channels: [] }, pipeline)
  const linkSecret = delivery.linkSecret ?? parts.token
  const links = { externalUrl: delivery.externalUrl ?? null, secret: linkSecret, validMs: delivery.linkValidMs }
  const journal: AlertJournal = new AlertJournal({
    store,
    local,
    clock,
    onTrouble: troubleLog(log, clock),
    onFound: (rows) => notifier.adoptFound(rows),
  })
  const dispatcher = new Dispatcher({
    channels: new Map(delivery.channels.map((channel) => [channel.name, makeChannel(channel, clock)])),
    linksOf: (message) => linksOf(message, links),
    isFailing: (channel) => notifier.state.failures.has(channel),
    clock,
    random: parts.random,
    onEnd: parts.onMessage,
  })
  const notifier: AlertNotifier = new AlertNotifier({
    policy,
    configuredSilences: silences,
    journal,
    dispatcher,
    clock,
    newId: randomUUID,
    log,
  })
  closing.defer(() => notifier.settled())
  closing.use(dispatcher)
  await notifier.start()
  const rounds = closing.use(new RoundIntake(parts, notifier))
  const now = (): number => clock.now()
  const held = closing.move()
  return {
    alerts: new AlertDesk({ notifier, journal, linkSecret, now }),
    silences: new SilenceDesk({ notifier, configuredSilences: silences, now }),
    onCall: new OnCallDesk({ notifier, policy, now }),
    remembered: () => notifier.remembered(),
    handleRound: (round) => rounds.take(round),
    testChannel: (name, via) => testChannel(name, via, { notifier, dispatcher, policy, now }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

/** Whether this process tells people itself. */
function sends({ enabled, mode }: AlertingConfig): boolean {
  return enabled && mode === 'embedded'
}

async function openDirectory(directory: string | undefined): Promise<LocalJournal | null> {
  if (directory === undefined) return null
  try {
    return await LocalJournal.open(directory)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SyncError('CONFIG_INVALID', `alerting.state_directory cannot be used: ${why}`, {
      cause,
      remedy: 'Name a directory that the service may write to, or remove the key.',
    })
  }
}

/** Says what is in the way of the memory, once in a while. */
function troubleLog(log: AlertingParts['log'], clock: Clock): (error: unknown) => void {
  let last = ''
  let saidAtMs = Number.NEGATIVE_INFINITY
  return (error) => {
    const { code, message } = asSyncError(error)
    if (code === last && clock.now() < saidAtMs + SAME_TROUBLE_MS) return
    last = code
    saidAtMs = clock.now()
    log({ level: 'WARNING', message: 'What was told cannot be stored in the target', fields: { code, error: message } })
  }
}

/** Takes rounds in, hands them to whoever tells people, and gives a sign of life while they come. */
class RoundIntake implements AsyncDisposable {
  readonly #notifier: AlertNotifier
  readonly #push: AlertmanagerPush | null
  readonly #clock: Clock
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #lastRoundMs = Number.NEGATIVE_INFINITY

  constructor({ config, pipeline, clock, log }: AlertingParts, notifier: AlertNotifier) {
    this.#notifier = notifier
    this.#clock = clock
    const { delivery, enabled, mode } = config
    const { signal } = this.#stop
    const pushes = enabled && mode === 'alertmanager'
    const onFailure = (url: string, reason: string): void => {
      log({ level: 'ERROR', message: 'Alertmanager cannot be reached', fields: { url, error: reason } })
    }
    const externalUrl = delivery.externalUrl ?? null
    this.#push = pushes
      ? new AlertmanagerPush({ pipeline, urls: delivery.alertmanagerUrls, externalUrl, clock, signal, onFailure })
      : null
    this.#running = this.#giveSigns(config, pipeline, log)
  }

  async take(round: EvaluationRound): Promise<void> {
    await Promise.all([this.#notifier.handleRound(round), this.#push?.handleRound(round)])
    this.#lastRoundMs = this.#clock.monotonicMs()
  }

  async #giveSigns({ delivery, enabled }: AlertingConfig, pipeline: string, log: AlertingParts['log']): Promise<void> {
    const { deadMansSwitch: config } = delivery
    if (!enabled || !config) return
    const clock = this.#clock
    const isAlive = (): boolean => clock.monotonicMs() < this.#lastRoundMs + ROUND_OVERDUE_MS
    const onFailure = (reason: string): void => {
      log({ level: 'WARNING', message: 'The sign of life does not arrive', fields: { error: reason } })
    }
    await runDeadMansSwitch({ config, pipeline, clock, isAlive, onFailure }, this.#stop.signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('stopping'))
    await this.#running
  }
}
