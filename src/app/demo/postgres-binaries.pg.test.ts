import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { preparePostgresBinaries } from './postgres-binaries.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binaries-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('starters that come at the same moment get one whole copy that anybody can run', async () => {
  const umask = process.umask(0o077)
  try {
    const starters = await Promise.all([1, 2, 3].map(() => preparePostgresBinaries(folder)))
    expect(new Set(starters.map(({ postgres }) => postgres)).size).toBe(1)
  } finally {
    process.umask(umask)
  }
  expect(await readdir(folder)).toHaveLength(1)
  const { postgres } = await preparePostgresBinaries(folder)
  expect((await stat(postgres)).mode & 0o777).toBe(0o755)
  expect((await stat(dirname(postgres))).mode & 0o777).toBe(0o755)
  expect((await promisify(execFile)(postgres, ['--version'])).stdout).toMatch(/^postgres \(PostgreSQL\) \d+/)
})

test('a copy from which something has gone missing is replaced', async () => {
  const { postgres } = await preparePostgresBinaries(folder)
  const libraries = join(dirname(postgres), '../lib')
  for (const name of (await readdir(libraries)).filter((found) => /^lib(z|icuuc)\.so/.test(found))) {
    await rm(join(libraries, name))
  }
  await writeFile(join(dirname(postgres), 'initdb'), 'cut off')
  await preparePostgresBinaries(folder)
  expect((await promisify(execFile)(postgres, ['--version'])).stdout).toMatch(/PostgreSQL/)
  expect(await readdir(folder)).toHaveLength(1)
})

test('a copy into which others can write is not trusted', async () => {
  const { postgres } = await preparePostgresBinaries(folder)
  await chmod(join(dirname(postgres), '..'), 0o777)
  await expect(preparePostgresBinaries(folder)).rejects.toThrow(/can be written by others: remove it/)
})
