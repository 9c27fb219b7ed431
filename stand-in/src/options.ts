import { parseArgs } from 'node:util'
import { type Fault, parseFaults } from './fault.ts'
import { Settings, settingDefs, settingNames } from './settings.ts'
import { type ServerVersion, serverVersion } from './version.ts'

/** Everything that the command line sets. */
export interface Options {
  readonly host: string
  readonly mysqlPort: number
  readonly httpPort: number
  readonly beHttpPort: number
  /** Undefined: the admin listener stays closed. */
  readonly adminPort?: number | undefined
  readonly dataDir: string
  readonly version: ServerVersion
  readonly user: string
  readonly password: string
  readonly memoryLimitBytes: number
  readonly frontends: number
  readonly backends: number
  readonly settings: Settings
  readonly discard: boolean
  readonly alterMs: number
  readonly faults: readonly Fault[]
  readonly seed: number
  readonly logFile?: string | undefined
}

const flags = {
  host: { type: 'string', default: '127.0.0.1' },
  'mysql-port': { type: 'string', default: '9030' },
  'http-port': { type: 'string', default: '8030' },
  'be-http-port': { type: 'string', default: '8040' },
  'admin-port': { type: 'string' },
  data: { type: 'string' },
  version: { type: 'string', default: '4.0' },
  user: { type: 'string', default: 'root' },
  password: { type: 'string', default: '' },
  'memory-limit': { type: 'string', default: '1GB' },
  'label-keep-max': { type: 'string' },
  'label-keep-seconds': { type: 'string' },
  'max-running-txns': { type: 'string' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  frontends: { type: 'string', default: '1' },
  backends: { type: 'string', default: '1' },
  discard: { type: 'boolean', default: false },
  'alter-ms': { type: 'string', default: '50' },
  fault: { type: 'string', multiple: true, default: [] as string[] },
  seed: { type: 'string' },
  log: { type: 'string' },
} as const

/** Short forms of settings that are changed often. */
const shortForms = {
  'label-keep-max': 'label_keep_max_num',
  'label-keep-seconds': 'label_keep_max_second',
  'max-running-txns': 'max_running_txn_num_per_db',
} as const

/** The help text, with every flag and every setting. */
export const usage = `Usage: starrocks-stand-in --data DIR [options]

  --data DIR             where rows, labels and prepared transactions are kept
  --mysql-port 9030      FE, MySQL protocol       0 takes any free port; with several nodes the
  --http-port 8030       FE, HTTP                 next ones take the port after it
  --be-http-port 8040    BE, HTTP
  --host 127.0.0.1       where all of them listen
  --version 4.0          3.1, 3.3, 3.5, 4.0, 4.1 or major.minor.patch
  --frontends 1          the first one leads; followers redirect
  --backends 1           loads go to them in turn
  --user root  --password ''
  --memory-limit 1GB     for the whole process
  --set NAME=VALUE       a setting of the list below; may be given again
  --label-keep-max N     short for --set label_keep_max_num=N
  --label-keep-seconds N short for --set label_keep_max_second=N
  --max-running-txns N   short for --set max_running_txn_num_per_db=N
  --alter-ms 50          how long an ALTER job takes at least
  --discard              loads are read, counted and thrown away (tables named _sync_* are stored)
  --admin-port N         opens the admin port: faults and restarts while it runs
  --fault JSON           a fault from the start; may be given again (README.md has the form)
  --seed N               of faults with a probability; the ready line repeats it
  --log FILE             one line of JSON for everything that reaches it

Settings (FE, BE: StarRocks' own names):
${settingNames()
  .map((name) => `  ${name}=${defaultText(name)}`.padEnd(50) + ` ${settingDefs[name].doc}`)
  .join('\n')}

Examples:
  starrocks-stand-in --data /tmp/sr
  starrocks-stand-in --data /tmp/sr --frontends 3 --backends 2 --admin-port 8099 --log /tmp/sr/requests.jsonl
  starrocks-stand-in --data /tmp/sr --version 3.5 --set tablet_max_versions=20 --set compacted_versions_per_second=1
  starrocks-stand-in --data /tmp/sr --seed 7 --fault '{"match":{"path":"commit"},"action":"cut-after","probability":0.1,"times":1000}'`

function defaultText(name: typeof settingDefs extends Readonly<Record<infer Name, unknown>> ? Name : never): string {
  const { value } = settingDefs[name]
  return typeof value === 'string' ? value : '(by version)'
}

/**
 * Reads the command line.
 * @throws {Error} with a message for the user when a flag is unknown or has no sense.
 */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({ args: [...argv], options: flags, strict: true })
  if (values.data === undefined) throw new Error('--data DIR is needed')
  const version = serverVersion(values.version)
  return {
    host: values.host,
    mysqlPort: wholeNumber('mysql-port', values['mysql-port']),
    httpPort: wholeNumber('http-port', values['http-port']),
    beHttpPort: wholeNumber('be-http-port', values['be-http-port']),
    adminPort: optionalNumber('admin-port', values['admin-port']),
    dataDir: values.data,
    version,
    user: values.user,
    password: values.password,
    memoryLimitBytes: byteCount('memory-limit', values['memory-limit']),
    frontends: atLeastOne('frontends', values.frontends),
    backends: atLeastOne('backends', values.backends),
    settings: settingsOf(version, values),
    discard: values.discard,
    alterMs: wholeNumber('alter-ms', values['alter-ms']),
    faults: values.fault.flatMap(faultsOf),
    seed: optionalNumber('seed', values.seed) ?? Math.floor(Math.random() * 1e9),
    logFile: values.log,
  }
}

type ShortForm = keyof typeof shortForms

function settingsOf(
  version: ServerVersion,
  values: { readonly set: readonly string[] } & { readonly [form in ShortForm]?: string | undefined },
): Settings {
  const settings = new Settings(version)
  for (const form of ['label-keep-max', 'label-keep-seconds', 'max-running-txns'] as const) {
    const value = values[form]
    if (value !== undefined) settings.set(shortForms[form], String(wholeNumber(form, value)))
  }
  for (const pair of values.set) {
    const equals = pair.indexOf('=')
    if (equals < 0) throw new Error(`--set: "${pair}" is not NAME=VALUE`)
    settings.set(pair.slice(0, equals), pair.slice(equals + 1))
  }
  return settings
}

function faultsOf(json: string): Fault[] {
  try {
    return parseFaults(json)
  } catch (error) {
    throw new Error(`--fault: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function optionalNumber(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber(flag, text)
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${flag}: "${text}" is not a whole number`)
  return Number(text)
}

function atLeastOne(flag: string, text: string): number {
  const count = wholeNumber(flag, text)
  if (count < 1 || count > 9) throw new Error(`--${flag}: 1 to 9`)
  return count
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }

function byteCount(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?$/i.exec(text)
  const unit = unitBytes[match?.[2]?.toUpperCase() ?? '']
  if (match === null || unit === undefined) throw new Error(`--${flag}: "${text}" is no size such as 512MB`)
  return Math.floor(Number(match[1]) * unit)
}
