import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Duck } from '../src/storage/duck.ts'

let folder: string
let duck: Duck

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stand-in-duck-'))
  duck = await Duck.open({
    path: join(folder, 'store.duckdb'),
    memoryLimit: '200MB',
    tempDir: folder,
    sessionSql: 'SELECT 1',
  })
})
afterAll(async () => {
  duck.close()
  await rm(folder, { recursive: true })
})

it('hands out no connection that a failure left within a transaction', async () => {
  await expect(duck.with((connection) => connection.run('BEGIN; SELECT * FROM nowhere'))).rejects.toThrow('nowhere')
  await expect(duck.with((connection) => connection.texts('SELECT 1'))).resolves.toEqual([['1']])
})

it('rolls back a transaction that fails and uses the connection again', async () => {
  await duck.with(async (connection) => {
    await connection.run('CREATE TABLE t (n INT)')
    await expect(connection.transaction('INSERT INTO t VALUES (1); SELECT * FROM nowhere')).rejects.toThrow('nowhere')
    await expect(connection.texts('SELECT count(*) FROM t')).resolves.toEqual([['0']])
  })
})
