import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { findMissingEntries, readPackageLock } from './support/package-lock.ts'

// What the house asks of the repository itself and no linter holds.

const ROOT = resolve(import.meta.dirname, '..')

/** Files that are tracked, or would be with the next commit. A checkout that belongs to another user counts too. */
const files = execFileSync(
  'git',
  ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
  { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
)
  .split('\0')
  .filter((name) => name !== '' && existsSync(join(ROOT, name)))

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8')

const typescript = files.filter((name) => name.endsWith('.ts'))
const sources = typescript.filter((name) => /^(src|stand-in\/src)\//.test(name) && !name.endsWith('.test.ts'))

/** `file:line: text` of every line that the pattern finds. */
function linesWith(pattern: RegExp, names: readonly string[]): readonly string[] {
  return names.flatMap((name) =>
    read(name)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${name}:${index + 1}: ${line.trim().slice(0, 200)}`] : [])),
  )
}

/** Names exported by `text` whose line has no docstring right above; of an overloaded function the first counts. */
function undocumentedExports(text: string): readonly string[] {
  const exported = /^export (?:declare |abstract |async )*(?:function\*?|const|let|class|interface|type) (\w+)/
  const lines = text.split('\n')
  const documented = new Set<string>()
  return lines.flatMap((line, index) => {
    const name = exported.exec(line)?.[1]
    if (name === undefined || documented.has(name)) return []
    if (!endsDocstring(lines, index - 1)) return [name]
    documented.add(name)
    return []
  })
}

function endsDocstring(lines: readonly string[], end: number): boolean {
  if (!lines[end]?.trimEnd().endsWith('*/')) return false
  const start = lines.slice(0, end + 1).findLast((line) => /\/\*/.test(line))
  return start?.trimStart().startsWith('/**') ?? false
}

test('there are files to look at', () => {
  expect(files).toContain('package.json')
  expect(sources.length).toBeGreaterThan(5)
})

test('no file names a folder of some machine', () => {
  expect(linesWith(/(?<![\w.\])}*-])\/(?:work|root|home|Users)\/\w/, files)).toEqual([])
})

test('no file names the host of a package registry', () => {
  expect(linesWith(/\bregistry\.[\w-]+\.\w|\bnpmjs\.\w|\bpypi\.\w/i, files)).toEqual([])
})

test('the lock file names no place to download from', () => {
  expect(linesWith(/"resolved": "[a-z+]+:/, ['package-lock.json'])).toEqual([])
})

test('the lock file has an entry for every optional package: npm ci refuses it otherwise (npm run complete-lock)', async () => {
  expect(findMissingEntries(await readPackageLock())).toEqual([])
})

test('no source file has more than 300 lines', () => {
  const lengths = sources.map((name) => ({ name, lines: read(name).trimEnd().split('\n').length }))
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([])
})

test('every exported name has a docstring', () => {
  const missing = sources.flatMap((name) => undocumentedExports(read(name)).map((exported) => `${name}: ${exported}`))
  expect(missing).toEqual([])
})

test('files are named in kebab-case after what they export, not after a drawer', () => {
  const drawers = /^(?:index|types?|utils?|helpers?|common|misc|shared|manager|[\w-]+-(?:utils?|helpers?|manager))$/
  const wrong = typescript.filter((name) => {
    const [stem = '', ...suffixes] = basename(name, '.ts').split('.')
    const folders = name.split('/').slice(0, -1)
    const isKebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(stem) && suffixes.every((suffix) => /^[a-z0-9]+$/.test(suffix))
    return !isKebab || [stem, ...folders].some((part) => drawers.test(part))
  })
  expect(wrong).toEqual([])
})

test.each([
  ['/** Says. */\nexport const a = 1', []],
  ['export const a = 1', ['a']],
  ['/* no docstring */\nexport type A = 1', ['A']],
  ['/**\n * Says.\n */\nexport async function a() {}\n\nexport class B {}', ['B']],
  ['/** Says. */\nexport function a(x: 1): 1\nexport function a(x: 2): 2\nexport function a(x: 3) {}', []],
  ['/** Says. */\n\nexport const a = 1', ['a']],
  ['const a = 1\nexport interface B {}\nexport abstract class C {}', ['B', 'C']],
])('the scanner for docstrings reads %j', (text, missing) => {
  expect(undocumentedExports(text)).toEqual(missing)
})

test('every invariant names tests that exist', () => {
  const named = [...read('docs/invariants.md').matchAll(/`([\w./-]+\.test\.ts)`/g)].map((match) => match[1] ?? '')
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !files.includes(name))).toEqual([])
})
