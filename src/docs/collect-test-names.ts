/**
 * `node src/docs/collect-test-names.ts FILE...`: prints, as JSON, the names of the tests in these files, without running
 * any: the files are loaded with a test runner that only takes down what it is told.
 */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'

/** A test, or a table of cases, as it stands in its file. */
export interface NamedTest {
  readonly file: string
  /** The name of the describe around it; empty without one. */
  readonly group: string
  /** The name as written, with its placeholders. */
  readonly name: string
  /** The names of the cases of a table. */
  readonly cases: readonly string[]
}

type Body = (...args: readonly unknown[]) => unknown

const found: NamedTest[] = []
let file = ''
let group = ''

function describe(name: string, body: Body): void {
  const outer = group
  group = name
  body()
  group = outer
}

function it(name: string): void {
  found.push({ file, group, name, cases: [] })
}

it.each =
  (rows: readonly unknown[]) =>
  (name: string): void => {
    found.push({ file, group, name, cases: rows.map((row) => caseName(name, Array.isArray(row) ? row : [row])) })
  }

/** The values of a row put into the name, as the test runner does; those that the name has no place for are left out. */
function caseName(name: string, row: readonly unknown[]): string {
  const places = name.match(/%[sdifj]/g)?.length ?? 0
  const [first] = row
  const members =
    typeof first === 'object' && first !== null ? new Map(Object.entries(first)) : new Map<string, unknown>()
  return format(name, ...row.slice(0, places)).replaceAll(/\$(\w+)/g, (whole, member: string) =>
    members.has(member) ? String(members.get(member)) : whole,
  )
}

const nothing = (): typeof anything => anything
/** Stands for `expect` and `vi`: whatever is asked of it, it answers with itself. */
const anything: unknown = new Proxy(nothing, { get: (_target, key) => (key === 'toJSON' ? () => '…' : nothing) })

/** What the tests import from vitest. */
export const runner = {
  describe,
  it,
  test: it,
  expect: anything,
  vi: anything,
  beforeAll: nothing,
  beforeEach: nothing,
  afterAll: nothing,
  afterEach: nothing,
}

async function main(files: readonly string[]): Promise<void> {
  Object.assign(globalThis, { namesRunner: runner })
  const source = `const r = globalThis.namesRunner; ${Object.keys(runner)
    .map((name) => `export const ${name} = r.${name}`)
    .join('; ')}`
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'vitest'
        ? { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true }
        : next(specifier, context),
  })
  for (file of files) await import(pathToFileURL(file).href)
  process.stdout.write(JSON.stringify(found))
}

if (import.meta.main) await main(process.argv.slice(2))
