import { defaultedSection, optional, required, scalar, section, type Refuse } from './declaration.ts'
import { choice, pemText, secretText } from './scalars.ts'
import type { Secret } from './secret.ts'
import { parseServerAddress, type ServerAddress } from './server-address.ts'

/** How the connection to PostgreSQL is protected; the words of libpq's `sslmode`. */
export type TlsMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

/** TLS towards PostgreSQL; certificates as PEM text. */
interface TlsConfig {
  readonly mode: TlsMode
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: Secret | undefined
}

/** Where rows come from. */
export interface SourceConfig {
  /** A host name, an address, or the directory of a Unix socket when it begins with a slash. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password?: Secret | undefined
  readonly tls: TlsConfig
  readonly slot: string
  readonly publication: string
}

const TLS_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

const secretPem = { ...secretText, structure: { tag: 'scalar', display: 'PEM text, secret', secret: 'whole' } } as const

const tls = section(
  {
    mode: optional(choice(TLS_MODES), {
      doc: 'As libpq’s `sslmode`: `prefer` uses TLS when the server offers it, `verify-full` proves who the server is.',
      defaultText: '`verify-full` when `ca` is given, else `prefer`',
    }),
    ca: optional(pemText, {
      doc: 'Certificates that the server’s certificate must descend from: `${file:/etc/ssl/ca.pem}`.',
    }),
    cert: optional(pemText, { doc: 'Our own certificate, where the server asks for one.' }),
    key: optional(secretPem, { doc: 'The key of `cert`.' }),
  },
  (yaml, refuse) => {
    if ((yaml.cert === undefined) !== (yaml.key === undefined)) {
      refuse(yaml.cert === undefined ? 'key' : 'cert', '`cert` and `key` must be given together')
    }
    return yaml
  },
)

/** A replication slot's or publication's name, as PostgreSQL takes it without quotes. */
const slotName = scalar('name', (value) => {
  if (/^[a-z0-9_]{1,63}$/.test(value)) return value
  throw new RangeError('is not a name of 1 to 63 characters a-z, 0-9 and _')
})

const publicationName = scalar('name', (value) => {
  if (value !== '' && Buffer.byteLength(value) <= 63) return value
  throw new RangeError('is not a name of 1 to 63 bytes')
})

const postgresUrl = scalar(
  'postgres://user:password@host:5432/database',
  (value) => parseServerAddress(value, ['postgres', 'postgresql'], 5432),
  'password',
)

const PARAMETER_HINTS: ReadonlyMap<string, string> = new Map([
  ['sslrootcert', 'write source.tls.ca: ${file:/path}'],
  ['sslcert', 'write source.tls.cert: ${file:/path}'],
  ['sslkey', 'write source.tls.key: ${file:/path}'],
])

function checkParameters(address: ServerAddress, refuse: Refuse): void {
  for (const [name, value] of address.parameters) {
    if (name === 'host') continue
    if (name === 'sslmode' && TLS_MODES.some((mode) => mode === value)) continue
    const hint = name === 'sslmode' ? `sslmode is one of ${TLS_MODES.join(', ')}` : PARAMETER_HINTS.get(name)
    refuse('url', `the parameter ${JSON.stringify(name)} is not understood: ${hint ?? 'only sslmode and host are'}`)
  }
}

function tlsMode(stated: TlsMode | undefined, address: ServerAddress, hasCa: boolean): TlsMode {
  const fromUrl = TLS_MODES.find((mode) => mode === address.parameters.get('sslmode'))
  return stated ?? fromUrl ?? (hasCa ? 'verify-full' : 'prefer')
}

/** `source:`; slot and publication are still undefined when they are to be named after the pipeline. */
export const sourceSection = section(
  {
    url: required(
      postgresUrl,
      'The database to read: its primary, with a role that has REPLICATION. `?sslmode=` and `?host=/socket/directory` are understood.',
    ),
    password: optional(secretText, {
      doc: 'The role’s password, when it is not in `url`; needs no encoding: `${file:/run/secrets/pg}`.',
    }),
    slot: optional(slotName, {
      doc: 'The logical replication slot; made when it is absent. Nothing else may read it.',
      defaultText: '`<pipeline>_sync`',
    }),
    publication: optional(publicationName, {
      doc: 'The publication; made when it is absent.',
      defaultText: '`<pipeline>_sync`',
    }),
    tls: defaultedSection(tls, { doc: 'Protection of the connection.' }),
  },
  (yaml, refuse) => {
    const { url: address, slot, publication } = yaml
    const host = address.parameters.get('host') ?? address.host
    if (host === '') refuse('url', 'names no host')
    if (address.path === '' || address.path.includes('/')) refuse('url', 'must end with the database: /shop')
    if (address.user === undefined) refuse('url', 'names no user: postgres://sync@...')
    if (address.password && yaml.password) refuse('password', 'a password stands in `url` as well')
    checkParameters(address, refuse)
    return {
      host,
      port: address.port,
      database: address.path,
      user: address.user ?? '',
      password: yaml.password ?? address.password,
      tls: { ...yaml.tls, mode: tlsMode(yaml.tls.mode, address, yaml.tls.ca !== undefined) },
      slot,
      publication,
    }
  },
)
