import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { openDatabase, type TestDatabase } from './postgres.ts'
import { runCommand } from './run-command.ts'
import { ServiceProcess, writePipelineFile } from './service-process.ts'
import { StandInProcess } from './stand-in-process.ts'
import { untilStreaming } from './transfers.ts'
import { waitFor } from './wait-for.ts'

/** One pipeline of a table `t` of three rows, and what may go wrong with it. */
export class OneTableWorld {
  readonly source: TestDatabase
  readonly standIn: StandInProcess
  /** The pipeline file. */
  readonly file: string

  constructor(source: TestDatabase, standIn: StandInProcess, file: string) {
    this.source = source
    this.standIn = standIn
    this.file = file
  }

  /** @param clusterUrl the source's server; by default the one that tests share */
  static async run(work: (world: OneTableWorld) => Promise<void>, clusterUrl?: string): Promise<void> {
    await using source = await openDatabase({ clusterUrl })
    await using standIn = await StandInProcess.start()
    await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name })
    await source.query('create table t (id int primary key, v text)')
    await source.query(`insert into t select i, 'v' || i from generate_series(1, 3) i`)
    await work(new OneTableWorld(source, standIn, file.path))
    await source.dropReplication()
  }

  async editFile(change: (text: string) => string): Promise<void> {
    await writeFile(this.file, change(await readFile(this.file, 'utf8')))
  }

  /** Lets the service copy and follow, while `work` is done. */
  async whileRunning(work: (service: ServiceProcess) => Promise<void> = async () => undefined): Promise<void> {
    await using service = new ServiceProcess(this.file)
    await untilStreaming(this.standIn, { database: this.source.name, tables: 1, story: () => service.story })
    await work(service)
  }

  /** The service ends by itself, with one error that says what, and what to do. */
  async expectRefusal(code: string, says: RegExp): Promise<void> {
    const answer = await runCommand(['run', this.file])
    assert.ok(answer.text.includes(code), `${code}: ${answer.text}`)
    assert.match(answer.text, says)
    assert.match(answer.text, /what to do:/)
    assert.equal(answer.code, 1, answer.text)
  }
}

/** The service goes on trying, and says what is in the way. */
export async function untilTold(service: ServiceProcess, code: string): Promise<void> {
  await waitFor(() => service.alarms.some((line) => line.includes(code)), {
    timeoutMs: 15_000,
    describe: () => service.story,
  })
  assert.ok(service.isRunning, service.story)
}
