import { RunningStandIn } from '../../test/support/running-stand-in.ts'

/** The server that the clients are run against. */
export interface Server extends AsyncDisposable {
  readonly name: string
  /** What the client scripts read. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * `STARROCKS_URL` (`mysql://user:password@host:9030?http_port=8030`) is a real StarRocks; without it a stand-in is
 * started, and ended with the run.
 * @throws {Error} when the URL is none.
 */
export async function clientServer(url: string | undefined, version: string): Promise<Server> {
  if (url !== undefined && url !== '') return realServer(new URL(url))
  const password = 'client-secret'
  const standIn = await RunningStandIn.start(['--password', password, '--version', version])
  return {
    name: `stand-in ${version}`,
    env: serverEnv('127.0.0.1', [standIn.ports.mysqlPort, standIn.ports.httpPort], ['root', password]),
    [Symbol.asyncDispose]: async () => standIn[Symbol.asyncDispose](),
  }
}

function realServer(url: URL): Server {
  const httpPort = Number(url.searchParams.get('http_port') ?? '8030')
  return {
    name: `${url.hostname}:${url.port}`,
    env: serverEnv(
      url.hostname,
      [Number(url.port === '' ? '9030' : url.port), httpPort],
      [decodeURIComponent(url.username), decodeURIComponent(url.password)],
    ),
    async [Symbol.asyncDispose]() {
      // A server that was there before stays.
    },
  }
}

function serverEnv(
  host: string,
  [mysqlPort, httpPort]: readonly [number, number],
  [user, password]: readonly [string, string],
): Record<string, string> {
  return {
    STARROCKS_HOST: host,
    STARROCKS_MYSQL_PORT: String(mysqlPort),
    STARROCKS_HTTP_PORT: String(httpPort),
    STARROCKS_USER: user,
    STARROCKS_PASSWORD: password,
  }
}
