import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { AlertRow } from '../../../core/alert-store.ts'
import { MemoryAlertStore } from '../testing/notifier-world.ts'
import { AlertJournal } from './alert-journal.ts'
import { LocalJournal } from './local-journal.ts'

let directory = ''
let clock: FakeClock
let store: MemoryAlertStore
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sync-journal-'))
  clock = new FakeClock()
  store = new MemoryAlertStore()
})
afterEach(async () => await rm(directory, { recursive: true }))

const found: AlertRow[] = []

function journalOf(local: LocalJournal | null): AlertJournal {
  found.length = 0
  return new AlertJournal({
    store,
    local,
    clock,
    onTrouble: () => undefined,
    onFound: (rows) => void found.push(...rows),
  })
}

const row = (key: string, body: string | null) => ({ kind: 'ledger', key, body })
const bodies = (rows: readonly AlertRow[]) => Object.fromEntries(rows.map(({ key, body }) => [key, body]))

describe('the journal', () => {
  test('is as durable as can be: target, else directory, else nowhere', async () => {
    await using local = await LocalJournal.open(directory)
    const journal = journalOf(local)
    await journal.load()
    expect(await journal.write([row('a', '1')])).toBe('target')
    store.isDown = true
    expect(await journal.write([row('a', '2')])).toBe('directory')
    const without = journalOf(null)
    await without.load()
    expect([await without.write([row('b', '1')]), without.isComplete]).toEqual(['nowhere', false])
  })

  test('of two rows of a key the later one counts, wherever it is', async () => {
    {
      await using local = await LocalJournal.open(directory)
      const journal = journalOf(local)
      await journal.load()
      await journal.write([row('old in target', '1'), row('removed', '1')])
      store.isDown = true
      await journal.write([row('old in target', '2'), row('removed', null)])
    }
    store.isDown = false
    store.rows.set('ledger|newer in target', {
      kind: 'ledger',
      key: 'newer in target',
      version: clock.now() + 9,
      body: '3',
    })
    await using local = await LocalJournal.open(directory)
    await local.append([{ kind: 'ledger', key: 'newer in target', version: 1, body: 'outdated' }])
    const journal = journalOf(local)
    expect(bodies(await journal.load())).toEqual({ 'old in target': '2', 'newer in target': '3' })
    await journal.flush()
    expect(bodies([...store.rows.values()])).toEqual({ 'old in target': '2', 'newer in target': '3', removed: null })
  })

  test('asks a target that is down with growing pauses, and hands on what it finds there later', async () => {
    store.rows.set('ledger|x', { kind: 'ledger', key: 'x', version: 1, body: 'earlier' })
    store.isDown = true
    const journal = journalOf(null)
    expect(await journal.load()).toEqual([])
    store.isDown = false
    expect(await journal.write([row('y', 'now')])).toBe('nowhere')
    await clock.advance(5000)
    await journal.flush()
    expect(bodies(found)).toEqual({ x: 'earlier' })
    expect(bodies([...store.rows.values()])).toEqual({ x: 'earlier', y: 'now' })
    expect(journal.unsavedRows).toBe(0)
  })

  test('counts on when the clock was set back', async () => {
    const journal = journalOf(null)
    await journal.load()
    await journal.write([row('a', '1')])
    clock.jumpWallClock(-60_000)
    await journal.write([row('a', '2')])
    expect(bodies(await journalOf(null).load())).toEqual({ a: '2' })
  })

  test('a line that a crash cut off is left out', async () => {
    const { appendFile } = await import('node:fs/promises')
    {
      await using local = await LocalJournal.open(directory)
      await local.append([{ kind: 'ledger', key: 'a', version: 1, body: '1' }])
    }
    await appendFile(join(directory, 'alerts.jsonl'), '{"kind":"ledger","key":"b","ver')
    await using local = await LocalJournal.open(directory)
    expect(bodies(local.rows())).toEqual({ a: '1' })
    await local.append([{ kind: 'ledger', key: 'c', version: 2, body: '2' }])
    expect(bodies(local.rows())).toEqual({ a: '1', c: '2' })
  })
})
