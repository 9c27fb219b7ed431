import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LOGGERS } from '../config/loggers.ts'

const PAGE = readFileSync(new URL('../../docs/logging.md', import.meta.url), 'utf8')

test.each(Object.keys(LOGGERS))('the page on logging says what %s is', (logger) => {
  expect(PAGE).toContain(`| \`${logger}\` | `)
})
