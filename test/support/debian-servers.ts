import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../../src/app/demo/free-port.ts'
import type { DebianTool } from './debian-tool.ts'
import { waitFor } from './wait-for.ts'

/** A server of a Debian package that runs. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string
}

interface ServerParts {
  readonly tool: DebianTool
  /** Written to the directory of the server: name -> content. */
  readonly files: Readonly<Record<string, string>>
  readonly options: (directory: string, port: number) => readonly string[]
}

/** Starts it on a free port, and waits until it is ready. */
async function startServer({ tool, files, options }: ServerParts): Promise<RunningServer> {
  if (tool.tag === 'missing') throw new Error(tool.why)
  await using opening = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'server-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content)
  const port = await findFreePort()
  const child = spawn(tool.path, options(directory, port), { stdio: 'ignore' })
  opening.defer(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const url = `http://127.0.0.1:${port}`
  await waitFor(async () => (await fetch(`${url}/-/ready`)).ok, { describe: `${tool.path} to be ready` })
  const open = opening.move()
  return { url, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** An Alertmanager with this configuration. */
export async function startAlertmanager(tool: DebianTool, config: string): Promise<RunningServer> {
  return await startServer({
    tool,
    files: { 'alertmanager.yml': config },
    options: (directory, port) => [
      `--config.file=${directory}/alertmanager.yml`,
      `--storage.path=${directory}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
  })
}

/** A Prometheus that scrapes one target every second, evaluates rules and tells an Alertmanager. */
export async function startPrometheus(
  tool: DebianTool,
  { rules, scrape, alertmanager }: { readonly rules: string; readonly scrape: string; readonly alertmanager: string },
): Promise<RunningServer> {
  const target = (url: string): object => ({ static_configs: [{ targets: [new URL(url).host] }] })
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'sync', ...target(scrape) }],
    alerting: { alertmanagers: [target(alertmanager)] },
  }
  return await startServer({
    tool,
    files: { 'prometheus.yml': JSON.stringify(config), 'rules.yml': rules },
    options: (directory, port) => [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
  })
}
