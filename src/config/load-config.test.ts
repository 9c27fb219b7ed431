import { describe, expect, test } from 'vitest'
import { load, MINIMAL } from '../../test/support/config-text.ts'

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
