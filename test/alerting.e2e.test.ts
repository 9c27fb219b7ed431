import { expect, test } from 'vitest'
import { HttpReceiver } from '../src/observe/alerts/testing/http-receiver.ts'
import { openDatabase } from './support/postgres.ts'
import { runCommand } from './support/run-command.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { waitFor } from './support/wait-for.ts'

const ALERTING = (url: string, rules: string) => `alerting:
  webhook_url: "${url}"
  evaluation_interval: 1s
  group_by: alertname
  group_wait: 0s
  group_interval: 1s
  rules: [${rules}]`

const LIVES = '{ name: lives, condition: "uptime > 0", for: 1s, severity: critical }'

test('an alert goes from its rule to its receiver; a killed service neither pages again nor forgets to say that it is over', async () => {
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  await using receiver = await HttpReceiver.start()
  await source.query('create table items (id int primary key)')
  const parts = { sourceUrl: source.url, standIn, database: source.name }
  await using firing = await writePipelineFile({ ...parts, more: ALERTING(receiver.url, LIVES) })
  await using calm = await writePipelineFile({
    ...parts,
    more: ALERTING(receiver.url, LIVES.replace('> 0', '> 100000000')),
  })
  const messages = () =>
    receiver.requests.map(({ body }) => JSON.parse(body)).filter(({ groupLabels }) => groupLabels.alertname === 'lives')
  const untilTold = async (service: ServiceProcess, status: string) =>
    await waitFor(() => messages().at(-1)?.status === status, {
      timeoutMs: 60_000,
      describe: () => `${status}\n${service.story}`,
    })

  await using first = new ServiceProcess(firing.path)
  await untilTold(first, 'firing')
  const url = `http://127.0.0.1:${first.ports?.port}`
  const list = async () =>
    JSON.parse((await runCommand(['alerts', 'list', '--json', '--url', url, '-c', firing.path])).text)
  await waitFor(async () => (await list()).alerts[0]?.told.length === 1, { describe: () => first.story })
  const shown = await runCommand(['alerts', 'show', 'lives', '--url', url, '-c', firing.path])
  expect(shown.text).toContain('webhook was told')
  const acknowledged = await runCommand([
    'alerts',
    'ack',
    'lives',
    '--by',
    'anna',
    '-m',
    'known',
    '--url',
    url,
    '-c',
    firing.path,
  ])
  expect(acknowledged.code).toBe(0)
  first.kill('SIGKILL')
  await first.ended

  await using second = new ServiceProcess(firing.path)
  await waitFor(
    async () => {
      const answer = await fetch(`http://127.0.0.1:${second.ports?.port}/api/v1/alerts`)
      const { alerts } = Object(await answer.json())
      return alerts?.[0]?.acknowledgement?.by === 'anna'
    },
    { timeoutMs: 60_000, describe: () => second.story },
  )
  second.kill('SIGKILL')
  await second.ended
  expect(messages()).toHaveLength(1)

  await using third = new ServiceProcess(calm.path)
  await untilTold(third, 'resolved')
  expect(messages().map(({ status }) => status)).toEqual(['firing', 'resolved'])
  await third[Symbol.asyncDispose]()
  await source.dropReplication()
}, 240_000)
