import {
  defaulted,
  defaultedSection,
  map,
  oneOrMore,
  optional,
  required,
  scalar,
  section,
  type Refuse,
} from './declaration.ts'
import { httpOrigin, pemText, secretText, text, yesOrNo } from './scalars.ts'
import type { Secret } from './secret.ts'
import { parseServerAddress, type ServerAddress } from './server-address.ts'

/** Where rows go. Several addresses are tried in turn. */
export interface TargetConfig {
  /** Origins of the frontends' HTTP ports, such as `http://fe:8030`. At least one. */
  readonly feHttp: readonly string[]
  /** The frontends' MySQL ports. At least one. */
  readonly feMysql: readonly HostPort[]
  readonly user: string
  /** Empty when the user has none. */
  readonly password: Secret
  readonly database: string
  readonly properties: Readonly<Record<string, string>>
  /** `host:port` or `host` as a frontend names a backend -> `host:port` under which it is reached from here. */
  readonly beHostMap: Readonly<Record<string, string>>
  readonly tls: TargetTlsConfig
}

/** TLS towards `https` addresses. */
interface TargetTlsConfig {
  /** Certificates as PEM text; the system's when absent. */
  readonly ca?: string | undefined
  readonly verify: boolean
}

/** A host and its port. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

const feHttp = oneOrMore(httpOrigin)
const mysqlUrl = scalar(
  'mysql://user:password@host:9030',
  (value) => {
    const address = parseServerAddress(value, ['mysql'], 9030)
    if (address.host === '') throw new RangeError('names no host')
    if (address.path !== '' || address.parameters.size > 0) throw new RangeError('must end after the port')
    return address
  },
  'password',
)
const feMysql = oneOrMore(mysqlUrl)

/** A StarRocks database name. @see reference/starrocks.md 5 (identifiers) */
const databaseName = scalar('name', (value) => {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(value)) return value
  throw new RangeError('is not a StarRocks database name: letters, digits and _, at most 256')
})

const tls = section(
  {
    ca: optional(pemText, {
      doc: 'Certificates that those of the servers must descend from: `${file:/etc/ssl/ca.pem}`.',
      defaultText: 'those of the system',
    }),
    verify: defaulted(yesOrNo, 'true', { doc: 'Whether a certificate that proves nothing is refused.' }),
  },
  (yaml): TargetTlsConfig => yaml,
)

const hostPort = scalar('host:port', (value) => {
  if (/^[^\s:/]+:\d{1,5}$/.test(value)) return value
  throw new RangeError('is not of the form host:port')
})

function oneUser(addresses: readonly ServerAddress[], refuse: Refuse): Pick<ServerAddress, 'user' | 'password'> {
  const named = addresses.filter((address) => address.user !== undefined)
  const [first, ...others] = named
  if (others.some((o) => o.user !== first?.user || o.password?.reveal() !== first?.password?.reveal())) {
    refuse('fe_mysql', 'the addresses name different users or passwords: all frontends have the same ones')
  }
  return { user: first?.user, password: first?.password }
}

/** `target:`; the database is still undefined when it is to be named like the source's. */
export const targetSection = section(
  {
    fe_http: required(feHttp, 'HTTP addresses of the frontends (FE), one or a list; tried in turn.'),
    fe_mysql: required(
      feMysql,
      'MySQL addresses of the frontends, one or a list; their user and password serve the HTTP addresses as well.',
    ),
    password: optional(secretText, {
      doc: 'The user’s password, when it is not in `fe_mysql`; needs no encoding: `${file:/run/secrets/starrocks}`.',
    }),
    database: optional(databaseName, {
      doc: 'The database that tables go to when their entry names no other, and that holds the `_sync_*` tables; made when absent.',
      defaultText: 'the name of the source database',
    }),
    properties: defaultedSection(map(text), {
      doc: 'Properties of every CREATE TABLE, such as `replication_num: 3`.',
    }),
    tls: defaultedSection(tls, { doc: 'Protection of the connections to `https` addresses.' }),
    be_host_map: defaultedSection(map(hostPort), {
      doc: 'For backends (BE) that are reached under another address than the frontends name: `"be1:8040": "localhost:18040"`; the port of the name may be left out.',
    }),
  },
  (yaml, refuse) => {
    const { user, password } = oneUser(yaml.fe_mysql, refuse)
    if (password && yaml.password) refuse('password', 'a password stands in `fe_mysql` as well')
    return {
      feHttp: yaml.fe_http,
      feMysql: yaml.fe_mysql.map((address): HostPort => ({ host: address.host, port: address.port })),
      user: user ?? 'root',
      password: yaml.password ?? password,
      database: yaml.database,
      properties: yaml.properties,
      beHostMap: yaml.be_host_map,
      tls: yaml.tls,
    }
  },
)
