import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

// The proof that lint is awake: every rule that .oxlintrc.json turns on is broken once, in test/planted or in a file
// made here, and must fire. A linter that reads nothing, or a glob that matches nothing, looks like clean code.

const ROOT = resolve(import.meta.dirname, '..')

/** Rule of .oxlintrc.json -> planted file -> words of its message. */
const PLANTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'typescript/no-explicit-any': { 'core/explicit-any.ts': 'Unexpected `any`' },
  'typescript/no-floating-promises': { 'core/floating-promise.ts': 'Promises must be awaited' },
  'typescript/no-misused-promises': { 'core/misused-promise.ts': 'Promise returned in function argument' },
  'typescript/switch-exhaustiveness-check': { 'core/missing-case.ts': 'Switch is not exhaustive' },
  'typescript/no-non-null-assertion': { 'core/non-null-assertion.ts': 'Forbidden non-null assertion' },
  'typescript/no-unsafe-type-assertion': { 'core/unsafe-assertion.ts': 'Unsafe' },
  'typescript/consistent-type-imports': { 'core/value-import-of-type.ts': 'only used as types' },
  'typescript/only-throw-error': { 'core/thrown-text.ts': 'Expected an error object' },
  'typescript/await-thenable': { 'core/awaited-value.ts': 'Unexpected `await`' },
  'typescript/no-unnecessary-type-assertion': { 'core/needless-assertion.ts': 'unnecessary' },
  eqeqeq: { 'core/loose-equality.ts': 'Expected ===' },
  'no-console': { 'core/console-output.ts': 'Unexpected console statement' },
  'no-restricted-globals': {
    'core/own-time.ts': 'Take the time from the Clock that is passed in (src/core/clock.ts).',
    'core/own-timer.ts': 'Take timers from the Clock that is passed in (src/core/clock.ts).',
    'core/own-interval.ts': 'Take timers from the Clock that is passed in (src/core/clock.ts).',
  },
  'import/no-cycle': { 'core/cycle-one.ts': 'Dependency cycle', 'core/cycle-two.ts': 'Dependency cycle' },
  'max-lines': { 'core/long-file.ts': 'too many lines' },
  'max-lines-per-function': { 'core/long-function.ts': 'too many lines' },
  complexity: { 'core/too-complex.ts': 'complexity of 13' },
  'max-params': { 'core/too-many-parameters.ts': 'too many parameters' },
  'no-restricted-imports': {
    'core/imports-sink.ts': 'core/ is the vocabulary: it imports nothing of ours.',
    'pipeline/imports-sink.ts': 'pipeline/ knows no vendor: it sees source and sink only as core',
  },
}

/** Who may import whom, as CONTRIBUTING.md says it; `main` stands for the files directly in src. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  source: ['core', 'config'],
  sink: ['core', 'config'],
  pipeline: ['core', 'config'],
  observe: ['core', 'config'],
  engine: ['core', 'config', 'source', 'sink', 'pipeline'],
  app: ['core', 'config', 'source', 'sink', 'pipeline', 'observe', 'engine'],
  api: ['core', 'config', 'source', 'sink', 'pipeline', 'engine', 'app'],
  cli: ['core', 'config', 'source', 'sink', 'pipeline', 'engine', 'app'],
  docs: ['core', 'config', 'source', 'sink', 'pipeline', 'engine', 'app', 'api', 'cli'],
  main: ['core', 'config', 'source', 'sink', 'pipeline', 'engine', 'app', 'api', 'cli', 'docs'],
}
/** Nothing imports these two, so there is nothing to forbid. */
const NOT_IMPORTED = new Set(['main', 'docs'])
const IMPORTED = Object.keys(LAYERS).filter((layer) => !NOT_IMPORTED.has(layer))

const reportSchema = z.object({
  number_of_files: z.number(),
  diagnostics: z.array(
    z.object({ code: z.string().default(''), message: z.string(), help: z.string().default(''), filename: z.string() }),
  ),
})

let folder = ''
let report: z.infer<typeof reportSchema> = { number_of_files: 0, diagnostics: [] }

async function plant(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

async function plantLongFiles(): Promise<void> {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `  total += ${index}`).join('\n')
  await plant(
    'src/core/long-function.ts',
    `export function add(total: number): number {\n${lines(49)}\n  return total\n}\n`,
  )
  const constants = Array.from({ length: 301 }, (_, index) => `export const line${index} = ${index}`)
  await plant('src/core/long-file.ts', `${constants.join('\n')}\n`)
}

/** One file per pair of layers, near and deep, importing in each of the ways that TypeScript has. */
async function plantLayers(): Promise<void> {
  for (const layer of IMPORTED) {
    await plant(`src/${layer}/target.ts`, 'export const target = 1\n')
    await plant(`src/${layer}/deep/target.ts`, 'export const target = 1\n')
  }
  for (const from of Object.keys(LAYERS)) {
    for (const to of IMPORTED.filter((layer) => layer !== from)) {
      if (from === 'main') {
        await plant(`src/near-${to}.ts`, `export { target } from './${to}/target.ts'\n`)
        await plant(`src/deep-${to}.ts`, `export const load = () => import('./${to}/deep/target.ts')\n`)
      } else {
        await plant(`src/${from}/near-${to}.ts`, `export { target } from '../${to}/target.ts'\n`)
        const type = `import type { target } from '../../${to}/deep/target.ts'\nexport type Target = typeof target\n`
        await plant(`src/${from}/sub/deep-${to}.ts`, type)
      }
    }
  }
}

async function plantStandIn(): Promise<void> {
  const imports = (path: string) => `export { target } from '${path}'\n`
  await plant('stand-in/src/own.ts', imports('./http/target.ts'))
  await plant('stand-in/src/http/target.ts', 'export const target = 1\n')
  await plant('stand-in/test/own.ts', imports('../src/http/target.ts'))
  await plant('stand-in/test/deep/own.ts', imports('../../src/http/target.ts'))
  await plant('stand-in/src/near-core.ts', imports('../../src/core/target.ts'))
  await plant('stand-in/src/http/deep-sink.ts', imports('../../../src/sink/deep/target.ts'))
  await plant('stand-in/test/near-pipeline.ts', imports('../../src/pipeline/target.ts'))
  await plant('stand-in/src/package.ts', "export * from 'pg-starrocks-sync'\n")
}

/** Runs the very command of `npm run lint`. */
async function lint(): Promise<z.infer<typeof reportSchema>> {
  const { scripts } = z
    .object({ scripts: z.object({ lint: z.string() }) })
    .parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')))
  const [program = '', ...options] = scripts.lint.split(' ')
  return new Promise((done, fail) => {
    const args = [...options, '--format=json']
    const maxBuffer = 64 * 1024 * 1024
    execFile(join(ROOT, 'node_modules/.bin', program), args, { cwd: folder, maxBuffer }, (_failed, stdout, stderr) => {
      try {
        done(reportSchema.parse(JSON.parse(stdout)))
      } catch (cause) {
        fail(new Error(`${scripts.lint} printed no report: ${stdout}${stderr}`, { cause }))
      }
    })
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'planted-'))
  await cp(join(ROOT, 'test/planted/src'), join(folder, 'src'), { recursive: true })
  for (const file of ['.oxlintrc.json', 'tsconfig.json']) await cp(join(ROOT, file), join(folder, file))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await plantLongFiles()
  await plantLayers()
  await plantStandIn()
  report = await lint()
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** `typescript-eslint(no-floating-promises)` and `typescript/no-floating-promises` are the same rule. */
const ruleName = (code: string) => code.replace(/^.*[/(]/, '').replace(')', '')

const findings = (rule: string) => report.diagnostics.filter(({ code }) => ruleName(code) === ruleName(rule))

const whereImportsAreRefused = () => findings('no-restricted-imports').map(({ filename }) => filename)

test('the linter reads every planted file', async () => {
  const entries = await readdir(folder, { recursive: true })
  expect(report.number_of_files).toBe(entries.filter((name) => /^(src|stand-in)\/.*\.ts$/.test(name)).length)
})

test('every rule of .oxlintrc.json has a planted violation', async () => {
  const { rules } = z
    .object({ rules: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(await readFile(join(ROOT, '.oxlintrc.json'), 'utf8')))
  const active = Object.keys(rules).filter((name) => rules[name] !== 'off')
  expect(Object.keys(PLANTED).toSorted()).toEqual([...active, 'no-restricted-imports'].toSorted())
})

test.each(Object.entries(PLANTED).flatMap(([rule, files]) => Object.entries(files).map((entry) => [rule, ...entry])))(
  '%s fires in %s',
  (rule = '', file = '', words = '') => {
    const found = findings(rule).filter(({ filename }) => filename === `src/${file}`)
    expect(found.map(({ message, help }) => `${message} ${help}`)).toEqual([expect.stringContaining(words)])
  },
)

test('a disable comment that disables nothing is an error', () => {
  const found = report.diagnostics.filter(({ filename }) => filename === 'src/core/unused-disable.ts')
  expect(found.map(({ message }) => message)).toEqual([expect.stringMatching(/unused .*disable/i)])
})

test('nothing fires in a clean file', () => {
  expect(report.diagnostics.filter(({ filename }) => filename === 'src/core/planted.ts')).toEqual([])
})

describe('layers', () => {
  test.each(Object.entries(LAYERS))('%s imports only %j', (from, allowed) => {
    const [near, deep] = from === 'main' ? ['src/near-', 'src/deep-'] : [`src/${from}/near-`, `src/${from}/sub/deep-`]
    const refused = whereImportsAreRefused()
    const forbidden = IMPORTED.filter((to) => to !== from && !allowed.includes(to))
    for (const prefix of [near, deep]) {
      const found = IMPORTED.filter((to) => refused.includes(`${prefix}${to}.ts`))
      expect(found.toSorted()).toEqual(forbidden.toSorted())
    }
  })

  test('each refusal says whose rule it is', () => {
    const strangers = findings('no-restricted-imports').filter(({ filename, help }) => {
      const layer = /^src\/(\w+)\//.exec(filename)?.[1] ?? 'main.ts'
      return filename.startsWith('src/') && !help.includes(layer)
    })
    expect(strangers).toEqual([])
  })

  test('the stand-in imports nothing from src and all of its own', () => {
    expect(
      whereImportsAreRefused()
        .filter((name) => name.startsWith('stand-in/'))
        .toSorted(),
    ).toEqual([
      'stand-in/src/http/deep-sink.ts',
      'stand-in/src/near-core.ts',
      'stand-in/src/package.ts',
      'stand-in/test/near-pipeline.ts',
    ])
  })
})
