import { parseArgs } from 'node:util'
import { type ServerVersion, serverVersion } from './version.ts'

/** Everything that the command line sets. */
export interface Options {
  readonly host: string
  readonly mysqlPort: number
  readonly httpPort: number
  readonly beHttpPort: number
  /** Undefined: the admin listener stays closed and no fault can be set. */
  readonly adminPort?: number | undefined
  readonly dataDir: string
  readonly version: ServerVersion
  readonly user: string
  readonly password: string
  readonly memoryLimit: string
  readonly labelKeepMax: number
  readonly labelKeepSeconds: number
  readonly backends: number
  readonly discard: boolean
  readonly alterMs: number
  readonly maxRunningTxns?: number | undefined
  readonly logFile?: string | undefined
}

const flags = {
  host: { type: 'string', default: '127.0.0.1' },
  'mysql-port': { type: 'string', default: '9030' },
  'http-port': { type: 'string', default: '8030' },
  'be-http-port': { type: 'string', default: '8040' },
  'admin-port': { type: 'string' },
  data: { type: 'string' },
  version: { type: 'string', default: '4.0.2' },
  user: { type: 'string', default: 'root' },
  password: { type: 'string', default: '' },
  'memory-limit': { type: 'string', default: '1GB' },
  'label-keep-max': { type: 'string', default: '1000' },
  'label-keep-seconds': { type: 'string', default: '259200' },
  backends: { type: 'string', default: '1' },
  discard: { type: 'boolean', default: false },
  'alter-ms': { type: 'string', default: '50' },
  'max-running-txns': { type: 'string' },
  log: { type: 'string' },
} as const

/** The help text: one line a flag. */
export const usage = `Usage: node stand-in/src/main.ts --data DIR [options]   (port 0 = any free port)
  --mysql-port 9030  --http-port 8030 (FE)  --be-http-port 8040 (BE)  --host 127.0.0.1
  --version 4.0.2    --user root  --password ''  --backends 1  --memory-limit 1GB
  --label-keep-max 1000  --label-keep-seconds 259200  --max-running-txns N (by default what the version has)
  --alter-ms 50      how long an ALTER job takes at least
  --discard          loads are read, counted and thrown away (tables named _sync_* are stored)
  --admin-port N     opens the fault switches   --log FILE  one JSON line for each request`

/**
 * Reads the command line.
 * @throws {Error} with a message for the user when a flag is unknown or has no sense.
 */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({ args: [...argv], options: flags, strict: true })
  if (values.data === undefined) throw new Error('--data DIR is needed')
  return {
    host: values.host,
    mysqlPort: wholeNumber('mysql-port', values['mysql-port']),
    httpPort: wholeNumber('http-port', values['http-port']),
    beHttpPort: wholeNumber('be-http-port', values['be-http-port']),
    adminPort: optionalNumber('admin-port', values['admin-port']),
    dataDir: values.data,
    version: serverVersion(values.version),
    user: values.user,
    password: values.password,
    memoryLimit: values['memory-limit'],
    labelKeepMax: wholeNumber('label-keep-max', values['label-keep-max']),
    labelKeepSeconds: wholeNumber('label-keep-seconds', values['label-keep-seconds']),
    backends: wholeNumber('backends', values.backends),
    discard: values.discard,
    alterMs: wholeNumber('alter-ms', values['alter-ms']),
    maxRunningTxns: optionalNumber('max-running-txns', values['max-running-txns']),
    logFile: values.log,
  }
}

function optionalNumber(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber(flag, text)
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${flag}: "${text}" is not a whole number`)
  return Number(text)
}
