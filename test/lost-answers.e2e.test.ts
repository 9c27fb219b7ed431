import assert from 'node:assert/strict'
import { expect, it } from 'vitest'
import { Disturbance } from './support/disturbance.ts'
import { openDatabase } from './support/postgres.ts'
import { seededRandom } from './support/seeded-random.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { type StandInFault, StandInProcess } from './support/stand-in-process.ts'
import { makeAccounts, TotalReader, Transfers, untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'
import { waitFor } from './support/wait-for.ts'

type Path = StandInFault['match']['path']

/** How labels tell batches and chunks apart. */
const CHUNK = '_c\\d+_'
const BATCH = '_b\\d+_'

/** The statements that change the target's catalog. */
const STATEMENTS = ['^CREATE TABLE(?! IF)', '^ALTER TABLE .* SWAP', '^DROP TABLE']

/** A load goes to a front end, which sends it on to a back end, and a batch has several: so later ones are hit too. */
const AFTER: Readonly<Record<string, readonly number[]>> = { load: [0, 1, 2, 3] }

const calls = (
  action: StandInFault['action'],
  paths: readonly Path[],
  more: Pick<StandInFault, 'ms'> = {},
): readonly StandInFault[] =>
  paths.flatMap((path) =>
    (AFTER[path] ?? [0]).flatMap((after) =>
      [BATCH, CHUNK].map((label) => ({ match: { path, label, after }, action, ...more })),
    ),
  )

const statements = (action: StandInFault['action'], more: Pick<StandInFault, 'ms'> = {}): readonly StandInFault[] =>
  STATEMENTS.map((sql) => ({ match: { path: 'query', sql }, action, ...more }))

const MEANWHILE = 8

/** What goes wrong in a round: each fault strikes once. */
interface Round {
  readonly name: string
  readonly faults: readonly StandInFault[]
  /** Beside the faults, a few times: a target that never holds still lets nobody finish. */
  readonly meanwhile?: ((standIn: StandInProcess) => Promise<void>) | undefined
}

const rounds = (paths: readonly Path[]): readonly Round[] => [
  { name: 'the answer is lost', faults: calls('cut-after', paths) },
  { name: 'the request is lost', faults: calls('cut-before', paths) },
  { name: 'the answer to a statement is lost', faults: statements('cut-after') },
  { name: 'a statement is lost', faults: statements('cut-before') },
  { name: 'rows become visible late', faults: calls('publish-timeout', ['commit'], { ms: 300 }) },
  { name: 'an OK is false', faults: calls('false-ok', ['commit']) },
  { name: 'there are too many versions', faults: calls('too-many-versions', ['commit']) },
  {
    name: 'labels are forgotten while answers are lost',
    faults: [...calls('cut-after', ['commit']), ...calls('cut-after', ['begin'])],
    meanwhile: (standIn) => standIn.evictLabels(),
  },
  {
    name: 'a rollback is lost, before and after',
    faults: [
      ...calls('cut-after', ['load']),
      { match: { path: 'rollback' }, action: 'cut-before' },
      { match: { path: 'rollback' }, action: 'cut-after' },
    ],
  },
  {
    name: 'a back end restarts',
    faults: calls('delay', ['load'], { ms: 50 }),
    meanwhile: (standIn) => standIn.restartBackEnd(),
  },
]

const PATHS: readonly Path[] = ['begin', 'load', 'commit']

it.for([
  { guarantee: 'atomic', version: '4.0.2', paths: PATHS },
  { guarantee: 'converging', version: '3.3.9', paths: [...PATHS, 'prepare' as const] },
])('goes on by itself after lost answers, $guarantee, and no row is there twice or missing', async (given) => {
  const { random, seed } = seededRandom()
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start(['--version', given.version])
  await makeAccounts(source)
  await source.query('create table scratch (id int primary key)')
  const sync = '  truncate_as_deletes_up_to: 0\n  discovery_interval: 500ms'
  const more = 'logging: { level: DEBUG }'
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name, sync, more })
  await using service = new ServiceProcess(file.path)
  const streaming = () => untilStreaming(standIn, { database: source.name, tables: 3, story: () => service.story })
  await streaming()
  await using transfers = new Transfers(source, random)
  await using reader = new TotalReader(standIn, source.name)
  await using disturbance = new Disturbance(source)
  for (const round of rounds(given.paths)) await play(round, standIn, service)
  await disturbance[Symbol.asyncDispose]()
  await transfers[Symbol.asyncDispose]()
  await untilCaughtUp(source, standIn, service)
  await streaming()
  await reader[Symbol.asyncDispose]()
  expect(service.isRunning).toBe(true)
  const wrong = given.guarantee === 'atomic' ? [...new Set(reader.wrong)] : []
  assert.deepEqual(wrong, [], `seed ${seed}\n${service.alarms.join('\n')}`)
  await expectEqual(source, standIn, ['checking', 'savings', 'scratch'])
  await service[Symbol.asyncDispose]()
  await source.dropReplication()
})

/** Sets the faults and waits until every one has struck. */
async function play(round: Round, standIn: StandInProcess, service: ServiceProcess): Promise<void> {
  await standIn.faults(round.faults)
  let times = 0
  await waitFor(
    async () => {
      if (!service.isRunning) throw new Error('the service ended')
      if (times++ < MEANWHILE) await round.meanwhile?.(standIn)
      return (await standIn.faultsLeft()).length === 0
    },
    {
      timeoutMs: 90_000,
      describe: async () => `${round.name}: ${(await standIn.faultsLeft()).join(' ')}\n${service.story}`,
    },
  )
}
