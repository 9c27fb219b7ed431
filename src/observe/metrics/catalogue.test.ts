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

test.each(Object.keys(METRICS))('something writes %s', (name) => {
  expect(writers.filter((text) => text.includes(`'${name}'`)).length).toBeGreaterThan(0)
})
