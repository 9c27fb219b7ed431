import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { z } from 'zod'
import { loadConfig } from '../../config/load-config.ts'
import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { chooseHttpPorts, type HttpPorts } from './choose-http-ports.ts'
import { DemoChild } from './demo-child.ts'
import { startPostgres, type EmbeddedPostgres } from './embedded-postgres.ts'
import { ServiceLog } from './service-log.ts'
import { createShop } from './shop/create-shop.ts'
import type { ShopSize } from './shop/shop-data.ts'

const STAND_IN = fileURLToPath(new URL('../../../stand-in/src/main.ts', import.meta.url))
const PROGRAM = fileURLToPath(new URL('../../main.ts', import.meta.url))
const DATABASE = 'shop'
const SEED = 1

/** Everything that the demonstration plays with: both databases, the pipeline file and the service. */
export interface DemoStage extends AsyncDisposable {
  /** The shop's database. */
  readonly url: string
  readonly size: ShopSize
  readonly config: Config
  readonly log: ServiceLog
  readonly service: DemoChild
  readonly standIn: DemoChild
}

/** How a stage is set. */
export interface StageOptions {
  readonly clock: Clock
  readonly scale: number
  /** Where health and metrics are served; absent: the usual ports, or free ones when those are taken. */
  readonly port?: number | undefined
  readonly metricsPort?: number | undefined
  /** Checked between two steps: whoever does not want to see the play need not wait for the stage. */
  readonly abort: AbortSignal
  say(sentence: string): void
}

/** Starts everything; nothing of it outlives the stage. Null when aborted before it was set. @throws {Error} with what a part said when it does not start. */
export async function setStage(options: StageOptions): Promise<DemoStage | null> {
  const { abort, clock } = options
  await using building = new AsyncDisposableStack()
  options.say('Starting PostgreSQL and a stand-in for StarRocks')
  // Small, so that the shop's large transactions are streamed before they commit.
  const server = building.use(await startPostgres({ settings: { logical_decoding_work_mem: '1MB' } }))
  if (abort.aborted) return null
  const folder = building.adopt(await mkdtemp(join(tmpdir(), 'sync-demo-')), (path) => removeFolder(path))
  const standIn = await startStandIn(folder, clock)
  building.use(standIn.child)
  if (abort.aborted) return null
  options.say('Filling the shop')
  const size = await fillShop(server, options.scale)
  if (abort.aborted) return null
  const url = server.urlOf(DATABASE)
  const http = await chooseHttpPorts(options)
  const { config, file } = await writePipeline(folder, url, { ...standIn.ports, ...http })
  options.say('Starting the service: sync-app run pipeline.yaml')
  const log = new ServiceLog()
  const onLine = (line: string): void => {
    const wasKnown = log.ports !== null
    log.take(line)
    if (!wasKnown && log.ports) options.say(whereToLook(log.ports))
  }
  const args = [PROGRAM, 'run', file]
  const service = building.use(await DemoChild.start({ name: 'The service', args, folder, clock, onLine }))
  const stage = building.move()
  return {
    url,
    size,
    config,
    log,
    service,
    standIn: standIn.child,
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  }
}

function whereToLook({ port, metricsPort }: HttpPorts): string {
  return `Health: curl http://localhost:${port}/health/detailed; metrics: curl http://localhost:${metricsPort}/metrics`
}

async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
}

const readyLine = z.object({ ready: z.literal(true), mysqlPort: z.number(), httpPort: z.number() })

type StandInPorts = z.infer<typeof readyLine>

async function startStandIn(folder: string, clock: Clock): Promise<{ child: DemoChild; ports: StandInPorts }> {
  const ready = Promise.withResolvers<StandInPorts>()
  const told: string[] = []
  const onLine = (line: string): void => {
    told.push(line)
    if (told.length === 1) ready.resolve(parseReady(line))
  }
  const ports = ['--mysql-port', '0', '--http-port', '0', '--be-http-port', '0']
  const args = [STAND_IN, ...ports, '--data', join(folder, 'stand-in')]
  const child = await DemoChild.start({ name: 'The stand-in', args, folder, clock, onLine })
  const failed = child.ended.then((how) => Promise.reject(new Error(`${how}: ${told.join('\n')}`)))
  // It may end long after it was ready, when nobody listens any more.
  failed.catch(() => undefined)
  try {
    return { child, ports: await Promise.race([ready.promise, failed]) }
  } catch (error) {
    await child[Symbol.asyncDispose]()
    throw error
  }
}

function parseReady(line: string): StandInPorts {
  try {
    return readyLine.parse(JSON.parse(line))
  } catch (error) {
    throw new Error(`The stand-in said: ${line}`, { cause: error })
  }
}

async function fillShop(server: EmbeddedPostgres, scale: number): Promise<ShopSize> {
  await withClient(server.url, (client) => client.query(`create database ${DATABASE} template template0`))
  return await withClient(server.urlOf(DATABASE), (client) => createShop(client, { scale, seed: SEED }))
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** As a user would write it; in a hurry where the defaults spare a production server. */
async function writePipeline(
  folder: string,
  url: string,
  ports: StandInPorts & HttpPorts,
): Promise<{ readonly config: Config; readonly file: string }> {
  const file = join(folder, 'pipeline.yaml')
  const text = `pipeline: shop
source: { url: "${url}", tls: { mode: disable } }
target:
  fe_http: http://127.0.0.1:${ports.httpPort}
  fe_mysql: mysql://root@127.0.0.1:${ports.mysqlPort}
  database: ${DATABASE}
  properties: { replication_num: 1 }
tables:
  - source: public.*
sync:
  flush_interval: 200ms
  checkpoint_interval: 1s
  discovery_interval: 2s
  spool_directory: ${JSON.stringify(join(folder, 'spool'))}
http: { port: ${ports.port}, metrics_port: ${ports.metricsPort} }
monitoring: { heartbeat_interval: 1s, check_interval: 2s }
logging: { format: json }
`
  await writeFile(file, text, { mode: 0o600 })
  const { config } = loadConfig(file, {})
  return { config, file }
}
