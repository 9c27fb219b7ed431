import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../config/load-config.ts'
import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'
import { readTableNames } from './named-tables.ts'
import { runProgram } from './run-program.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const directory = mkdtempSync(join(tmpdir(), 'examples-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** The configuration that the README shows. */
const file = join(directory, 'pipeline.yaml')
writeFileSync(file, /```yaml\n(# pipeline\.yaml[^]*?)```/.exec(README)?.[1] ?? '')
const env = { PGPASSWORD: 'p', SRPASSWORD: 's', SYNC_CONFIG: file }

/** The command with everything but its work: its tables are those of the README's configuration. */
function idle(command: Command): Command {
  const takesTables = command.operands.some(({ name }) => name === 'TABLE')
  return {
    ...command,
    subcommands: command.subcommands?.map(idle),
    run: async ({ operands }) => {
      const { config } = loadConfig(file, env)
      if (takesTables) await readTableNames(operands, config)
      return 0
    },
  }
}

const commands = COMMANDS.map(idle)

async function understand(line: string): Promise<string> {
  let said = ''
  const say = (text: string): void => void (said += text)
  const terminal = { out: () => undefined, err: say, isTerminal: false, colour: false }
  const clock = {
    now: () => 0,
    monotonicMs: () => 0,
    setTimer: () => ({ cancel() {} }),
    sleep: () => Promise.resolve(),
  }
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
  const code = await runProgram(words, commands, { terminal, env, clock, abort: new AbortController().signal })
  return code === 0 ? '' : said || `exit code ${code}`
}

const inReadme = [...README.matchAll(/^bin\/sync-app (.*?)(?:\s+#.*)?$/gm)].map(([, call = '']) => call)
const all = (command: Command): readonly Command[] => [command, ...(command.subcommands ?? []).flatMap(all)]
const inHelp = COMMANDS.flatMap(all).flatMap(({ examples }) => examples.map(({ call }) => call))

test('there are examples', () => {
  expect(inReadme.length).toBeGreaterThan(5)
  expect(inHelp.length).toBeGreaterThan(30)
})

test.each([...new Set([...inReadme, ...inHelp])])('the example "%s" is understood', async (call) => {
  expect(await understand(call)).toBe('')
})
