import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskCredentials } from './mask-credentials.ts'
import { parseConfig } from './load-config.ts'
import { redact } from './redact.ts'
import { isSecret, secret } from './secret.ts'

/** Long enough not to be a part of anything else by chance. */
const secrets = fc
  .string({ unit: fc.constantFrom(...'aB3$x.-_~+/:@#% '.split('')), minLength: 10, maxLength: 30 })
  .map((tail) => `Q${tail}Z`)

/** Everything that a user or program can see of a configuration. */
function everythingShown(text: string, env: Readonly<Record<string, string>>): string {
  try {
    const loaded = parseConfig(text, 'x.yaml', { env, readFile: () => '' })
    const { config, warnings } = loaded
    const plain = `${String(config.source.password)} ${config.target.password.toString()}`
    return [
      JSON.stringify(redact(config)),
      JSON.stringify(config),
      inspect(config, { depth: 20 }),
      inspect(warnings),
      plain,
    ].join()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return `${error.message} ${inspect(error, { depth: 20 })}`
  }
}

/** A file with the secrets in it; `quote` writes one into it. */
function fileWith(value: (name: string) => string, mistake: string): string {
  const inUrl = (name: string): string => value(`${name}_ENCODED`)
  return `source: { url: "postgres://sync:${inUrl('PG')}@db/shop" }
# formerly postgres://sync:${inUrl('PG')}@old/shop
target: { fe_http: http://fe:8030, fe_mysql: "mysql://root:${inUrl('SR')}@fe:9030" }
http: { auth: { token: ${JSON.stringify(value('TOKEN'))} } }
alerting: { webhook_url: "https://hook/${value('HOOK_ENCODED')}", rules: [{ name: a, condition: uptime > 1 }] }
${mistake}
`
}

const MISTAKES = [
  '',
  'sync: { flush_interval: 5 }',
  'pasword: $SECRET',
  'sync: { token: $SECRET }',
  'flink: { rest_url: "http://user:$ENCODED@x" }',
  'source: again',
  'sync: $SECRET',
]

test('no secret survives: not in what is printed, not in a message, not in an excerpt', () => {
  fc.assert(
    fc.property(secrets, fc.constantFrom(...MISTAKES), fc.boolean(), (value, mistake, byReference) => {
      const encoded = encodeURIComponent(value)
      const env: Record<string, string> = {}
      for (const name of ['PG', 'SR', 'TOKEN', 'HOOK'])
        Object.assign(env, { [name]: value, [`${name}_ENCODED`]: encoded })
      const written = mistake
        .replace('"http://user:$ENCODED@x"', JSON.stringify(`http://user:${encoded}@x`))
        .replace('$SECRET', JSON.stringify(value))
      const file = fileWith((name) => (byReference ? `\${${name}}` : (env[name] ?? '')), written)
      const shown = everythingShown(file, env)
      expect(shown).not.toContain(value)
      expect(shown).not.toContain(encoded)
    }),
  )
})

test('a secret gives its value on request only', () => {
  const password = secret('geheim')
  expect(password.reveal()).toBe('geheim')
  expect(isSecret(password)).toBe(true)
  expect(
    `${String(password)} ${JSON.stringify({ password })} ${inspect(password, { showHidden: true })}`,
  ).not.toContain('geheim')
})

test('a syntax error on a line with a password does not show it', () => {
  const shown = everythingShown('source: { url: postgres://u:geheim@db/x, password: "geheim }', {})
  expect(shown).toContain('not valid YAML')
  expect(shown).not.toContain('geheim')
})

test.each([
  ['connect to postgres://sync:pw@db:5432/shop failed', 'connect to postgres://sync:***@db:5432/shop failed'],
  ['mysql://root@fe, http://fe:8030', 'mysql://root@fe, http://fe:8030'],
  ['mysql://root:a:b@fe and mysql://r:c@fe2', 'mysql://root:***@fe and mysql://r:***@fe2'],
  ['nothing here', 'nothing here'],
])('texts of others: %s', (text, masked) => {
  expect(maskCredentials(text)).toBe(masked)
})
