import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import tls from 'node:tls'
import type { Config } from '../../config/config.ts'
import { foreignInstant } from '../../core/instant.ts'
import type { CheckOutcome, HealthCheck } from '../../observe/health/health-check.ts'
import type { CheckDeps } from './check-deps.ts'

/** Certificates do not change from one minute to the next. */
const EVERY_MS = 3_600_000
const WARN_DAYS = 14
const DAY_MS = 86_400_000

/** A certificate that a server showed. */
export interface ShownCertificate {
  readonly server: string
  readonly expiresMs: number
}

/** Whether certificates last. Pure. */
export function judgeCertificates(certificates: readonly ShownCertificate[], nowMs: number): CheckOutcome {
  const [first] = certificates.toSorted((a, b) => a.expiresMs - b.expiresMs)
  if (first === undefined) return { status: 'healthy', message: 'No server shows a certificate' }
  const days = Math.floor((first.expiresMs - nowMs) / DAY_MS)
  const observed = Object.fromEntries(
    certificates.map(({ server, expiresMs }) => [server, Math.floor((expiresMs - nowMs) / DAY_MS)]),
  )
  const remedy = `Renew the certificate of ${first.server}.`
  if (days < 0)
    return { status: 'unhealthy', message: `The certificate of ${first.server} has expired`, remedy, observed }
  const message = `The certificate of ${first.server} expires in ${days} days`
  return days < WARN_DAYS ? { status: 'degraded', message, remedy, observed } : { status: 'healthy', message, observed }
}

/** `certificates`: when those of PostgreSQL and of https frontends expire. Null where no connection is encrypted. */
export function checkCertificates({ config, clock }: CheckDeps): HealthCheck | null {
  const servers = encryptedServers(config)
  if (servers.length === 0) return null
  return {
    name: 'certificates',
    critical: false,
    everyMs: EVERY_MS,
    timeoutMs: config.monitoring.checkTimeoutMs,
    run: async (signal) => {
      const shown = await Promise.all(servers.map((server) => readCertificate(server, signal)))
      return judgeCertificates(
        shown.filter((each) => each !== null),
        clock.now(),
      )
    },
  }
}

interface EncryptedServer {
  readonly host: string
  readonly port: number
  readonly protocol: 'postgres' | 'https'
}

function encryptedServers({ source, target }: Config): readonly EncryptedServer[] {
  const { host, port } = source
  const postgres = source.tls.mode !== 'disable' && !host.startsWith('/')
  const https = target.feHttp.map((origin) => new URL(origin)).filter(({ protocol }) => protocol === 'https:')
  return [
    ...(postgres ? [{ host, port, protocol: 'postgres' as const }] : []),
    ...https.map((url) => ({ host: url.hostname, port: Number(url.port || 443), protocol: 'https' as const })),
  ]
}

/** Null when the server does not encrypt. Nothing is proved here: the connections that carry data do that. */
async function readCertificate(
  { host, port, protocol }: EncryptedServer,
  signal: AbortSignal,
): Promise<ShownCertificate | null> {
  const socket = connect({ host, port })
  const abort = (): void => void socket.destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await once(socket, 'connect', { signal })
    if (protocol === 'postgres' && !(await offersTls(socket, signal))) return null
    const encrypted = tls.connect({ socket, rejectUnauthorized: false, servername: isName(host) ? host : '' })
    await once(encrypted, 'secureConnect', { signal })
    const { valid_to: until } = encrypted.getPeerCertificate()
    return { server: `${host}:${port}`, expiresMs: foreignInstant(until) ?? Number.NaN }
  } finally {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

function isName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.includes(':')
}

/** @see PostgreSQL manual, Message Formats, SSLRequest: the answer is one byte, S or N */
async function offersTls(socket: Socket, signal: AbortSignal): Promise<boolean> {
  socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
  await once(socket, 'readable', { signal })
  const answer: unknown = socket.read(1)
  return Buffer.isBuffer(answer) && answer.toString('latin1') === 'S'
}
