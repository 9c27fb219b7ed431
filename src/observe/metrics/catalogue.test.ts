import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { METRICS } from './catalogue.ts'

const root = new URL('../..', import.meta.url).pathname

/** The program but for where metrics are only named: the catalogue, rules about them, and readers of the exposition. */
const writers = globSync('**/*.ts', { cwd: root })
  .filter(
    (file) => !/test|^config\/|metrics\/catalogue|app\/(?:doctor|checklist|read-)|health\/detailed-json/.test(file),
  )
  .map((file) => readFileSync(`${root}${file}`, 'utf8'))

// What is normal is not learned into metrics yet.
const written = Object.keys(METRICS).filter((name) => !name.startsWith('sync_signal_'))

test.each(written)('something writes %s', (name) => {
  expect(writers.filter((text) => text.includes(`'${name}'`)).length).toBeGreaterThan(0)
})
