import { afterAll, beforeAll, beforeEach } from 'vitest'
import { StandInProcess } from '../../../../test/support/stand-in-process.ts'
import type { Checkpoint } from '../../../core/checkpoint.ts'
import type { SinkTable } from '../../../core/sink.ts'
import type { StarRocksTarget } from '../target.ts'
import { ask, begin, openAccounts, targetOf, type Writer, writerOf } from './sink-fixture.ts'

/** How a block of tests wants its target. */
export interface SinkWorldOptions {
  /** The databases of its tests are called so, with a number. */
  readonly name: string
  /** Of StarRocks; by default the newest that the stand-in plays. */
  readonly version?: string | undefined
}

/** A stand-in for a block of tests; for each test a database of its own, in which one writer has taken over and opened table `a`. */
export class SinkWorld {
  #standIn: StandInProcess | null = null
  #test: { readonly writer: Writer; readonly target: StarRocksTarget; readonly table: SinkTable } | null = null
  #position: Checkpoint | null = null
  #tests = 0
  readonly #options: SinkWorldOptions

  /** Registers the hooks of the block in which it is called. */
  constructor(options: SinkWorldOptions) {
    this.#options = options
    beforeAll(async () => {
      this.#standIn = await StandInProcess.start(options.version === undefined ? [] : ['--version', options.version])
    })
    beforeEach(() => this.#begin())
    afterAll(async () => {
      await this.#test?.writer[Symbol.asyncDispose]()
      await this.#standIn?.[Symbol.asyncDispose]()
    })
  }

  get standIn(): StandInProcess {
    return present(this.#standIn)
  }

  /** How the test's database is reached. */
  get target(): StarRocksTarget {
    return present(this.#test).target
  }

  get writer(): Writer {
    return present(this.#test).writer
  }

  /** `accounts` under the name `a`. */
  get table(): SinkTable {
    return present(this.#test).table
  }

  /** What the next batch follows. */
  get position(): Checkpoint {
    return present(this.#position)
  }

  set position(position: Checkpoint) {
    this.#position = position
  }

  /** Opens a further table of the test's database. */
  async open(name: string): Promise<SinkTable> {
    return await openAccounts(this.writer, name, this.target.database)
  }

  /** Rows of one of its tables: the columns, joined by blanks, in the order of the key. */
  async rowsOf(table: string, columns = 'id, owner, balance'): Promise<readonly string[]> {
    return await ask(this.target, `SELECT ${columns} FROM ${this.target.database}.${table} ORDER BY id`)
  }

  async #begin(): Promise<void> {
    await this.standIn.clearFaults()
    await this.#test?.writer[Symbol.asyncDispose]()
    this.#tests += 1
    const target = targetOf(this.standIn, { database: `${this.#options.name}${this.#tests}` })
    const writer = await writerOf(target, 'first')
    this.#position = await begin(writer)
    this.#test = { writer, target, table: await openAccounts(writer, 'a', target.database) }
  }
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error('the world is there inside a test only')
  return value
}
