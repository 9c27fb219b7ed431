import { expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Moves an amount between two tables, one transaction after another, until the process is gone. */
async function transfer(
  sr: RunningStandIn,
  first: number,
): Promise<{ readonly answered: number; readonly begun: number }> {
  let answered = first - 1
  let begun = first
  try {
    for (; ; begun++) {
      const label = `n${begun}`
      const multi = { label, transaction_type: 'multi', timeout: '60' }
      await sr.txn('begin', multi)
      await Promise.all([
        sr.txn('load', { ...multi, table: 'a' }, `1\t${100 - begun}\n`),
        sr.txn('load', { ...multi, table: 'b' }, `1\t${begun}\n`),
      ])
      if ((await sr.txn('commit', multi))['Status'] === 'OK') answered = begun
    }
  } catch {
    return { answered, begun }
  }
}

it('keeps every answered commit, whole, through kill -9', async () => {
  let sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE a (k INT, n INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    CREATE TABLE b (k INT, n INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    INSERT INTO a VALUES (1, 100); INSERT INTO b VALUES (1, 0)`)
  let next = 1
  for (let round = 0; round < 4; round++) {
    const work = transfer(sr, next)
    const goal = `n${next + 3 + round * 7}`
    await vi.waitUntil(async () => (await sr.state(goal)) !== 'UNKNOWN', { timeout: 60_000, interval: 1 })
    const restarted = sr.restart('SIGKILL')
    const { answered, begun } = await work
    sr = await restarted
    const [[a, b] = []] = await sr.rows('SELECT (SELECT n FROM d.a), (SELECT n FROM d.b)')
    expect(Number(a) + Number(b)).toBe(100)
    expect([answered, begun]).toContain(Number(b))
    expect(await sr.state(`n${Number(b)}`)).toBe('VISIBLE')
    expect(await sr.state(`n${begun}`)).toBe(Number(b) === begun ? 'VISIBLE' : 'UNKNOWN')
    next = begun + 1
  }
  await sr[Symbol.asyncDispose]()
})
