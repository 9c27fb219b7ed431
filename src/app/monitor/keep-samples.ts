import { join } from 'node:path'
import { recordedFamilies } from '../../observe/alerts/history/recorded-families.ts'
import { SampleRecorder } from '../../observe/alerts/history/sample-recorder.ts'
import { SampleStore } from '../../observe/alerts/history/sample-store.ts'
import { inTurns } from './alert-rounds.ts'
import type { MonitorCore } from './monitor-core.ts'

/** Rules are evaluated more often; a replay is exact to this. */
const SAMPLE_EVERY_MS = 15_000
const SAME_TROUBLE_MS = 600_000

/** Where the samples of a state directory are. */
export function samplesDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'samples')
}

/** Keeps what metrics are in the state directory, for rules that are tried on it; until aborted. Does nothing without such a directory. */
export async function keepSamples(core: MonitorCore, signal: AbortSignal): Promise<void> {
  const { stateDirectory, historyBytes } = core.alertingConfig.delivery
  if (stateDirectory === undefined) return
  await using keeper = new SampleKeeper(core, samplesDirectory(stateDirectory), historyBytes)
  core.samples.flush = () => keeper.flush()
  while (!signal.aborted) {
    await keeper.sample()
    await core.clock.sleep(SAMPLE_EVERY_MS, signal).catch(() => undefined)
  }
}

class SampleKeeper implements AsyncDisposable {
  readonly #core: MonitorCore
  readonly #recorder: SampleRecorder
  readonly #store: SampleStore
  #turn: Promise<void> = Promise.resolve()
  #saidAtMs = Number.NEGATIVE_INFINITY

  constructor(core: MonitorCore, directory: string, limitBytes: number) {
    this.#core = core
    this.#recorder = new SampleRecorder(core.series, recordedFamilies())
    this.#store = new SampleStore(directory, limitBytes)
  }

  async sample(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#recorder.isComplete) await this.#write()
      await inTurns(this.#recorder.take(this.#core.clock.now()))
    })
  }

  /** Resolves when what was gathered is on disk, or given up. */
  async flush(): Promise<void> {
    await this.#inTurn(() => this.#write())
  }

  /** One thing after another; neither throws. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work)
    await this.#turn
  }

  async #write(): Promise<void> {
    try {
      for (const block of this.#recorder.drain()) await this.#store.append([block])
    } catch (error) {
      const { clock } = this.#core
      if (clock.now() < this.#saidAtMs + SAME_TROUBLE_MS) return
      this.#saidAtMs = clock.now()
      const fields = { error: error instanceof Error ? error.message : String(error) }
      this.#core.log({
        level: 'WARNING',
        logger: 'sync_app.alerts',
        message: 'What metrics were cannot be kept',
        fields,
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush()
    await this.#store[Symbol.asyncDispose]()
  }
}
