import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { targetOf } from '../testing/sink-fixture.ts'
import { StandInProcess } from '../../../../test/support/stand-in-process.ts'
import { SqlClient, type SqlClientOptions } from './sql-client.ts'

describe('the SQL client', { timeout: 30_000 }, () => {
  let standIn: StandInProcess

  beforeAll(async () => {
    standIn = await StandInProcess.start(['--user', 'sync', '--password', 'secret'])
  })
  afterAll(async () => {
    await standIn?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    await standIn.clearFaults()
  })

  const client = (parts: Partial<SqlClientOptions> = {}): SqlClient =>
    new SqlClient({
      addresses: targetOf(standIn).feMysql,
      user: 'sync',
      password: 'secret',
      connectMs: 2_000,
      queryMs: 2_000,
      limit: 2,
      ...parts,
    })

  test('gives values as text, so that no digit is lost', async () => {
    await using sql = client()
    const answer = await sql.select("SELECT 9223372036854775807 AS big, CAST(NULL AS INT) AS nothing, 'ünï' AS word")
    expect(answer).toEqual({ columns: ['big', 'nothing', 'word'], rows: [['9223372036854775807', null, 'ünï']] })
  })

  test('gives values as bytes', async () => {
    await using sql = client()
    expect((await sql.selectBytes("SELECT 'ü', CAST(NULL AS INT)")).rows).toEqual([[Buffer.from('ü'), null]])
  })

  test('runs more statements than it has connections', async () => {
    await using sql = client()
    const answers = await Promise.all(Array.from({ length: 20 }, async (_, i) => await sql.select(`SELECT ${i}`)))
    expect(answers.map(({ rows }) => rows[0]?.[0])).toEqual(Array.from({ length: 20 }, (_, i) => String(i)))
  })

  test('asks another front end when one cannot be reached', async () => {
    const dead = { host: '127.0.0.1', port: 1 }
    await using sql = client({ addresses: [dead, ...targetOf(standIn).feMysql] })
    expect((await sql.select('SELECT 1')).rows).toEqual([['1']])
    await using none = client({ addresses: [dead] })
    await expect(none.select('SELECT 1')).rejects.toMatchObject({ code: 'SINK_UNREACHABLE' })
  })

  test('says that the password is wrong', async () => {
    await using sql = client({ password: 'wrong' })
    await expect(sql.select('SELECT 1')).rejects.toMatchObject({ code: 'SINK_AUTH' })
  })

  test('tells a missing table from a mistake in a statement', async () => {
    await using sql = client()
    await expect(sql.select('SELECT * FROM no_such.thing')).rejects.toMatchObject({ code: 'TARGET_MISSING' })
    await expect(sql.select('SELEC 1')).rejects.toMatchObject({ code: 'SINK_QUERY' })
  })

  test('asks a question again when a kept connection was closed, but runs no statement twice', async () => {
    await using sql = client({ limit: 1 })
    await sql.select('SELECT 1')
    await standIn.faults([{ match: { path: 'query' }, action: 'cut-before' }])
    expect((await sql.select('SELECT 2')).rows).toEqual([['2']])
    await standIn.faults([{ match: { path: 'query' }, action: 'cut-after' }])
    await expect(sql.execute('CREATE DATABASE once')).rejects.toMatchObject({ code: 'SINK_UNREACHABLE' })
    await expect(sql.execute('CREATE DATABASE once')).rejects.toMatchObject({ code: 'SINK_QUERY' })
  })

  test('gives up a statement that takes too long', async () => {
    await using sql = client({ queryMs: 100 })
    await standIn.faults([{ match: { path: 'query' }, action: 'delay', ms: 1_000 }])
    await expect(sql.select('SELECT 1')).rejects.toMatchObject({ code: 'SINK_UNREACHABLE' })
  })

  test('never shows values of a statement in an error', async () => {
    await using sql = client()
    await expect(sql.select("SELECT 1 FROM no_such.thing WHERE a = 'secret'")).rejects.not.toMatchObject({
      message: expect.stringContaining('secret'),
    })
  })
})
