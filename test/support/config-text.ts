import { ConfigError } from '../../src/config/config-problem.ts'
import { type LoadedConfig, parseConfig } from '../../src/config/load-config.ts'

const FILES: Readonly<Record<string, string>> = {
  'ca.pem': '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
  password: 'p@ss/w:rd#\n',
}

const ENV = { PGPASSWORD: 'hunter2', FLUSH: '250ms', EMPTY: '' }

/** A configuration of text alone, read as `shop.yaml`. @throws ConfigError when something in it is wrong */
export function load(text: string): LoadedConfig {
  return parseConfig(text, 'shop.yaml', {
    env: ENV,
    readFile(path) {
      const content = FILES[path]
      if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return content
    },
  })
}

/** What is said of a file; empty when it is in order. */
export function refusal(text: string): string {
  try {
    load(text)
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

/** The problems of a file, each as `line:column: message`. */
export function problems(text: string): readonly string[] {
  const lines = refusal(text).split('\n')
  return lines.filter((line) => line.startsWith('shop.yaml:')).map((line) => line.slice('shop.yaml:'.length))
}

/** The least that a file must say. */
export const MINIMAL = `source: { url: "postgres://sync:\${PGPASSWORD}@db:5432/shop" }
target: { fe_http: "http://fe:8030", fe_mysql: "mysql://root@fe:9030" }
`
