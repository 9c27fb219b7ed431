import { describe, expect, test } from 'vitest'
import { load, MINIMAL, problems, refusal } from '../../test/support/config-text.ts'

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
