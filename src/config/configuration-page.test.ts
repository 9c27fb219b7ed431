import { expect, test } from 'vitest'
import { configurationPage } from './configuration-page.ts'
import { parseConfig } from './load-config.ts'

const page = configurationPage()
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map((match) => match[1] ?? '')

const around = {
  env: { PGPASSWORD: 'x' },
  readFile: (path: string) => (path.endsWith('.pem') ? '-----BEGIN CERTIFICATE-----' : 'secret'),
}

test.each(examples)('an example of the manual is in order, and all of it is in force:\n%s', (text) => {
  expect(parseConfig(text, 'example.yaml', around).warnings).toEqual([])
})

test('the manual shows every key with its default and what is not in force', () => {
  expect(examples).toHaveLength(2)
  expect(page).toContain('| `flush_interval` | duration 10ms to 10m | `500ms` |')
  expect(page).toContain('| `source` | section | **required** |')
  expect(page).toContain('## `alerting.rules[]`')
  expect(page).toContain('*Not in force in this version: pipelines run in this process.*')
})
