import { describe, expect, test } from 'vitest'
import { ConfigError } from './config-problem.ts'
import { parseConfig, type LoadedConfig } from './load-config.ts'

const FILES: Readonly<Record<string, string>> = {
  'ca.pem': '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
  password: 'p@ss/w:rd#\n',
}

const ENV = { PGPASSWORD: 'hunter2', FLUSH: '250ms', EMPTY: '' }

function load(text: string): LoadedConfig {
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
function refusal(text: string): string {
  try {
    load(text)
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

/** The problems of a file, each as `line:column: message`. */
function problems(text: string): readonly string[] {
  const lines = refusal(text).split('\n')
  return lines.filter((line) => line.startsWith('shop.yaml:')).map((line) => line.slice('shop.yaml:'.length))
}

const MINIMAL = `source: { url: "postgres://sync:\${PGPASSWORD}@db:5432/shop" }
target: { fe_http: "http://fe:8030", fe_mysql: "mysql://root@fe:9030" }
`

describe('a minimal file', () => {
  const { config, warnings } = load(MINIMAL)

  test('names everything after the database', () => {
    expect(config.pipeline).toBe('shop')
    expect(config.source).toMatchObject({
      host: 'db',
      port: 5432,
      database: 'shop',
      user: 'sync',
      slot: 'shop_sync',
      publication: 'shop_sync',
      tls: { mode: 'prefer' },
    })
    expect(config.source.password?.reveal()).toBe('hunter2')
    expect(config.target).toMatchObject({
      feHttp: ['http://fe:8030'],
      feMysql: [{ host: 'fe', port: 9030 }],
      user: 'root',
      database: 'shop',
      properties: {},
    })
    expect(config.target.password.reveal()).toBe('')
  })

  test('has the documented defaults', () => {
    expect(config.engine).toBe('embedded')
    expect(config.sync).toEqual({
      flushIntervalMs: 500,
      maxBatchBytes: 64_000_000,
      maxBatchRows: 1_000_000,
      memoryLimitBytes: 512_000_000,
      snapshotParallelism: 4,
      chunkBytes: 128_000_000,
      onSchemaChange: 'quarantine',
      onBadRow: 'quarantine',
      checkpointIntervalMs: 30_000,
      discoveryIntervalMs: 10_000,
      spoolDirectory: '/var/tmp/pg-starrocks-sync',
      spoolAfterBytes: 16_000_000,
      ownershipWindowMs: 3000,
      truncateAsDeletesUpToRows: 100_000,
    })
    expect(config.logging).toEqual({
      level: 'INFO',
      levels: {},
      format: 'auto',
      recordIds: 'hashed',
      recordsPerBatch: 10,
      collapseRepeatsMs: 10_000,
    })
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8080, metricsPort: 9090 })
    expect(config.tables.map((rule) => rule.source.text)).toEqual(['public.*'])
  })

  test('warns of nothing', () => expect(warnings).toEqual([]))
})

describe('what is read', () => {
  const target = 'target: { fe_http: http://fe:8030, fe_mysql: mysql://root@fe:9030 }'

  test('names of odd databases become names that slots and databases can have', () => {
    const { config } = load(`source: { url: "postgres://u@db/9Shop-EU%20x" }\n${target}`)
    expect(config.source.database).toBe('9Shop-EU x')
    expect(config.pipeline).toBe('_9shop_eu_x')
    expect(config.source.slot).toBe('_9shop_eu_x_sync')
    expect(config.target.database).toBe('_9Shop_EU_x')
  })

  test('several frontends share user and password', () => {
    const { config } = load(`source: { url: postgres://u@db/shop }
target:
  fe_http: [http://fe1:8030/, https://fe2]
  fe_mysql: ["mysql://sync:pw@fe1", "mysql://fe2:9031"]
  be_host_map: { "be1:8040": "localhost:18040" }
  properties: { replication_num: 3, enable_persistent_index: true }`)
    expect(config.target.feHttp).toEqual(['http://fe1:8030', 'https://fe2'])
    expect(config.target.feMysql).toEqual([
      { host: 'fe1', port: 9030 },
      { host: 'fe2', port: 9031 },
    ])
    expect(config.target.user).toBe('sync')
    expect(config.target.password.reveal()).toBe('pw')
    expect(config.target.beHostMap).toEqual({ 'be1:8040': 'localhost:18040' })
    expect(config.target.tls).toEqual({ ca: undefined, verify: true })
    expect(config.target.properties).toEqual({ replication_num: '3', enable_persistent_index: 'true' })
  })

  test('a password from a file needs no encoding', () => {
    const { config } = load(`source: { url: postgres://u@db/shop, password: "\${file:password}" }\n${target}`)
    expect(config.source.password?.reveal()).toBe('p@ss/w:rd#')
  })

  test.each([
    ['postgres://u@db/shop', {}, 'prefer'],
    ['postgres://u@db/shop?sslmode=require', {}, 'require'],
    ['postgres://u@db/shop', { ca: '${file:ca.pem}' }, 'verify-full'],
    ['postgres://u@db/shop', { ca: '${file:ca.pem}', mode: 'verify-ca' }, 'verify-ca'],
  ])('the TLS mode of %s with %j is %s', (url, tls, mode) => {
    const { config } = load(`source: ${JSON.stringify({ url, tls })}\n${target}`)
    expect(config.source.tls.mode).toBe(mode)
  })

  test.each([
    ['postgres://u@[::1]:6000/shop', '::1', 6000],
    ['postgresql://u@db.example.com/shop', 'db.example.com', 5432],
    ['postgres://u@/shop?host=/var/run/postgresql', '/var/run/postgresql', 5432],
  ])('%s names host %s and port %i', (url, host, port) => {
    const { config } = load(`source: { url: "${url}" }\n${target}`)
    expect(config.source).toMatchObject({ host, port })
  })

  test('sections with all their lines commented out are empty sections', () => {
    expect(load(`${MINIMAL}sync:\n  # flush_interval: 1s\nlogging: ~\n`).config.sync.flushIntervalMs).toBe(500)
  })

  test('values may be quoted, referenced, or stand for several places by an anchor', () => {
    const { config } = load(`${MINIMAL}sync: { flush_interval: "\${FLUSH}", max_batch_rows: "5" }
tables:
  - &common { source: public.a, exclude_columns: [secret, internal], properties: &p { x: 1 } }
  - { source: public.b, exclude_columns: secret, properties: *p }
  - public.*`)
    expect(config.sync.flushIntervalMs).toBe(250)
    expect(config.sync.maxBatchRows).toBe(5)
    expect(config.tables.map((rule) => rule.excludeColumns)).toEqual([['secret', 'internal'], ['secret'], []])
    expect(config.tables[1]?.properties).toEqual({ x: '1' })
  })
})

describe('each mistake is told with its place and what to write instead', () => {
  const url = 'source: { url: postgres://u@db/shop }\n'
  const target = 'target: { fe_http: http://fe:8030, fe_mysql: mysql://root@fe:9030 }\n'
  const both = url + target
  test.each<[name: string, file: string, expected: readonly string[]]>([
    [
      'nothing at all',
      '',
      ['1:1: source.url is missing', '1:1: target.fe_http is missing', '1:1: target.fe_mysql is missing'],
    ],
    ['a list', '- a', ['1:1: the file must be a mapping (key: value)']],
    ['not YAML', 'source: {\n  url: "x\n', ['3:1: not valid YAML: Missing closing "quote']],
    [
      'a reference in braces without quotes',
      `${both}sync: { flush_interval: ${'${FLUSH}'} }`,
      ['3:25: not valid YAML: inside { } and [ ] put ${...} in double quotes'],
    ],
    ['a key given twice', `${both}sync: {}\nsync: {}`, ['4:1: not valid YAML: Map keys must be unique']],
    ['a missing key', `source: { slot: x }\n${target}`, ['1:1: source.url is missing']],
    ['an empty key', `source: { url: }\n${target}`, ['1:11: source.url has no value: give one or remove the key']],
    [
      'an unknown key',
      `${both}sink: {}`,
      [
        '3:1: unknown key "sink"; known here: pipeline, engine, source, target, tables, sync, http, monitoring, logging, alerting, flink',
      ],
    ],
    [
      'a logger that there is not',
      `${both}logging: { levels: { sync_app.sorce: DEBUG } }`,
      ['3:38: logging.levels.sync_app.sorce: there is no such logger: did you mean "sync_app.source"?'],
    ],
    [
      'a misspelt key',
      `${both}sync:\n  flush_intervall: 1s`,
      ['4:3: unknown key "flush_intervall" in sync; did you mean "flush_interval"?'],
    ],
    [
      'a key in camelCase',
      `${both}sync: { flushInterval: 1s }`,
      ['3:9: unknown key "flushInterval" in sync; did you mean "flush_interval"?'],
    ],
    [
      'a key in the wrong section',
      `${both}sync: { publication: x }`,
      ['3:9: unknown key "publication" in sync; it belongs to source.publication'],
    ],
    [
      'a key in a list item',
      `${both}tables:\n  - source: public.*\n    excludecolumns: [a]`,
      ['5:5: unknown key "excludecolumns" in tables[0]; did you mean "exclude_columns"?'],
    ],
    [
      'a dangerous key',
      `${both}__proto__: 1`,
      [
        '3:1: unknown key "__proto__"; known here: pipeline, engine, source, target, tables, sync, http, monitoring, logging, alerting, flink',
      ],
    ],
    ['a section that is a text', `${both}sync: fast`, ['3:7: sync must be a mapping (key: value)']],
    [
      'a text that is a list',
      `${both}sync: { flush_interval: [1s] }`,
      ['3:25: sync.flush_interval must be a single value (duration 10ms to 10m)'],
    ],
    ['an empty list', `${both}tables: []`, ['3:9: tables is an empty list']],
    [
      'a duration without a unit',
      `${both}sync: { flush_interval: 500 }`,
      ['3:25: sync.flush_interval: "500" has no unit: write 500ms or 500s'],
    ],
    [
      'no duration',
      `${both}sync: { flush_interval: soon }`,
      ['3:25: sync.flush_interval: "soon" is not a duration: write a number and ms, s, m, h or d, such as 500ms'],
    ],
    [
      'a duration out of bounds',
      `${both}sync: { flush_interval: 1h }`,
      ['3:25: sync.flush_interval: "1h" is outside 10ms to 10m'],
    ],
    [
      'no size',
      `${both}sync: { chunk_bytes: 1XB }`,
      ['3:22: sync.chunk_bytes: "1XB" is not a size: write a number and B, kB, MB, GB, KiB, MiB or GiB, such as 64MB'],
    ],
    [
      'no number',
      `${both}sync: { snapshot_parallelism: many }`,
      ['3:31: sync.snapshot_parallelism: "many" is not a whole number'],
    ],
    [
      'a batch that does not fit',
      `${both}sync:\n  max_batch_bytes: 300MB`,
      ['4:20: sync.max_batch_bytes: more than half of sync.memory_limit'],
    ],
    [
      'a memory limit below the default batch',
      `${both}sync:\n  memory_limit: 128MB\n  max_batch_bytes: 65MB`,
      ['5:20: sync.max_batch_bytes: more than half of sync.memory_limit'],
    ],
    [
      'a word that is none',
      `${both}logging: { level: WARN }`,
      ['3:19: logging.level: "WARN" is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL; did you mean "WARNING"?'],
    ],
    [
      'flink',
      `engine: flink\n${both}`,
      ['1:9: engine: "flink" is not available in this version: pipelines run in this process (engine: embedded)'],
    ],
    [
      'evolve',
      `${both}sync: { on_schema_change: evolve }`,
      [
        '3:27: sync.on_schema_change: "evolve" is not available in this version: the target is not altered yet; quarantine stops the table and names the difference',
      ],
    ],
    [
      'dead letters',
      `${both}sync: { on_bad_row: dead_letter }`,
      [
        '3:21: sync.on_bad_row: "dead_letter" is not available in this version: there are no dead letters yet; quarantine stops the table and names the row',
      ],
    ],
    ['an unset variable', `${both}pipeline: a\${NOPE}b`, ['3:12: environment variable NOPE is not set']],
    [
      'an unreadable file',
      `source: { url: postgres://u@db/shop, password: "\${file:/nope}" }\n${target}`,
      ['1:49: file /nope cannot be read (ENOENT)'],
    ],
    ['an open reference', `${both}pipeline: "\${NAME"`, ['3:12: this ${ has no closing }']],
    [
      'a pipeline name with blanks',
      `pipeline: My Shop\n${both}`,
      ['1:11: pipeline: "My Shop" is not a name of 1 to 40 characters a-z, 0-9 and _, not beginning with a digit'],
    ],
    [
      'a slot name that PostgreSQL refuses',
      `source: { url: postgres://u@db/shop, slot: Shop }\n${target}`,
      ['1:44: source.slot: "Shop" is not a name of 1 to 63 characters a-z, 0-9 and _'],
    ],
    [
      'an address of another kind',
      `source: { url: mysql://u@db/shop }\n${target}`,
      ['1:16: source.url: the value does not begin with postgres://'],
    ],
    [
      'no address',
      `source: { url: "host=db dbname=shop" }\n${target}`,
      [
        '1:16: source.url: the value is not an address such as postgres://user@host:5432; is a special character of the password not encoded?',
      ],
    ],
    [
      'a password with a slash',
      `source: { url: "postgres://u:a/b@db/shop" }\n${target}`,
      [
        '1:16: source.url: the value is not an address such as postgres://user@host:5432; is a special character of the password not encoded?',
      ],
    ],
    [
      'an address without a database',
      `source: { url: postgres://u@db }\n${target}`,
      ['1:16: source.url: must end with the database: /shop'],
    ],
    [
      'an address without a user',
      `source: { url: postgres://db/shop }\n${target}`,
      ['1:16: source.url: names no user: postgres://sync@...'],
    ],
    [
      'two passwords',
      `source: { url: "postgres://u:p@db/shop", password: q }\n${target}`,
      ['1:52: source.password: a password stands in `url` as well'],
    ],
    [
      'a parameter for libpq',
      `source: { url: "postgres://u@db/shop?sslrootcert=/x" }\n${target}`,
      ['1:16: source.url: the parameter "sslrootcert" is not understood: write source.tls.ca: ${file:/path}'],
    ],
    [
      'a certificate by path',
      `source: { url: postgres://u@db/shop, tls: { ca: /etc/ca.pem } }\n${target}`,
      ['1:49: source.tls.ca: "/etc/ca.pem" is not a certificate: write ${file:/path/to/it.pem} to read it from a file'],
    ],
    [
      'a user in the HTTP address',
      `${url}target: { fe_http: "http://root@fe:8030", fe_mysql: mysql://root@fe:9030 }`,
      ['2:20: target.fe_http[0]: the value must not contain a user or password: they belong into target.fe_mysql'],
    ],
    [
      'frontends with different users',
      `${url}target: { fe_http: "http://fe:8030", fe_mysql: ["mysql://a@fe1", "mysql://b@fe2"] }`,
      ['2:48: target.fe_mysql: the addresses name different users or passwords: all frontends have the same ones'],
    ],
    [
      'a pattern without a schema',
      `${both}tables: [orders]`,
      ['3:10: tables[0].source: "orders" names no schema: write public.orders'],
    ],
    [
      'a pattern of three parts',
      `${both}tables: [shop.public.orders]`,
      ['3:10: tables[0].source: "shop.public.orders" has more parts than schema.table'],
    ],
    [
      'a pattern twice',
      `${both}tables: [public.*, public.*]`,
      ['3:20: tables[1].source: never reached: entry 1 has the same pattern'],
    ],
    [
      'a wildcard in a target',
      `${both}tables:\n  - { source: a.*, target: "b.*" }`,
      ['4:28: tables[0].target: "b.*" has a wildcard: write {table} for the name of the source table'],
    ],
    [
      'a misspelt placeholder',
      `${both}tables:\n  - { source: a.*, target: "{tabel}" }`,
      ['4:28: tables[0].target: "{tabel}" has an unknown placeholder {tabel}: {schema} and {table} are known'],
    ],
    ['two listeners on one port', `${both}http: { port: 9090 }`, ['3:1: http.metrics_port: the same as http.port']],
    [
      'an alias to what contains it',
      `${both}flink: &a { rest_url: *a }`,
      ['3:23: *a stands for something that contains it'],
    ],
  ])('%s', (_, file, expected) => {
    expect(problems(file)).toEqual(expected)
  })
})

test('all mistakes are told at once, in the order of the file, each with its line and carets', () => {
  const file = `source:
  url: postgres://sync:geheim@db/shop
  slott: x   # was: postgres://old:geheim@db/shop
target: { fe_http: http://fe:8030, fe_mysql: "mysql://root:\${NOPE}@fe:9030" }
sync: { flush_interval: 500 }
`
  expect(() => load(file)).toThrow(
    `shop.yaml:3:3: unknown key "slott" in source; did you mean "slot"?
  3 |   slott: *   # was: postgres://old:******@db/shop
    |   ^^^^^
shop.yaml:4:60: environment variable NOPE is not set
  4 | target: { fe_http: http://fe:8030, fe_mysql: "mysql://root:\${NOPE}@fe:9030" }
    |                                                            ^^^^^^^
shop.yaml:5:25: sync.flush_interval: "500" has no unit: write 500ms or 500s
  5 | sync: { flush_interval: 500 }
    |                         ^^^`,
  )
})

test('a long line is cut around the place, and tabs keep the carets in line', () => {
  const file = `${MINIMAL}sync: { ${' '.repeat(300)}\tflush_interval: 5 }`
  const [, line = '', carets = ''] = refusal(file).split('\n')
  expect(line.length).toBeLessThan(140)
  expect(line.slice(carets.indexOf('^'))).toBe('5 }')
  expect(carets).toContain('\t')
})

describe('what has no effect in this version is said', () => {
  test("the monitoring guide's alerting block is accepted as it stands", () => {
    const { config, warnings } = load(`${MINIMAL}alerting:
  enabled: true
  webhook_url: "https://your-webhook-url"
  slack_webhook: "https://hooks.slack.com/your-webhook"
  pagerduty_integration_key: "your-pagerduty-key"
  
  rules:
    - name: "high_error_rate"
      condition: "error_rate > 0.05"
      severity: "warning"
      cooldown: 300
      
    - name: "critical_error_rate"
      condition: "error_rate > 0.1"
      severity: "critical"
      cooldown: 60
`)
    const changed = config.alerting.rules.filter(({ name }) => name.endsWith('_error_rate'))
    expect(
      changed.map(({ name, condition, severity, cooldownMs }) => [name, condition.text, severity, cooldownMs]),
    ).toEqual([
      ['critical_error_rate', 'error_rate > 0.1', 'critical', 60_000],
      ['high_error_rate', 'error_rate > 0.05', 'warning', 300_000],
    ])
    expect(config.alerting.delivery.channels.map(({ name }) => name)).toEqual(['webhook', 'slack', 'pagerduty'])
    expect(warnings).toEqual([])
  })

  test('a section', () => {
    const { warnings } = load(`${MINIMAL}flink: { rest_url: http://jobmanager:8081 }`)
    expect(warnings.map((warning) => warning.message)).toEqual([
      'flink is accepted but not in force in this version: pipelines run in this process',
    ])
  })
})
