/**
 * Where a redirect leads from here: the Location with its host replaced by the host map, which knows `host:port` or `host`.
 *
 * Back ends register under names or addresses that only their own network may know (reference/starrocks.md 1.1).
 * Returns null when the Location is no http(s) address.
 */
export function redirectTarget(
  location: string | undefined,
  from: URL,
  beHostMap: Readonly<Record<string, string>>,
): URL | null {
  if (location === undefined || !URL.canParse(location, from.href)) return null
  const target = new URL(location, from)
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return null
  const mapped = beHostMap[`${target.hostname}:${portOf(target)}`] ?? beHostMap[target.hostname]
  if (mapped === undefined) return target
  const colon = mapped.lastIndexOf(':')
  const hasPort = /:\d+$/.test(mapped)
  target.hostname = hasPort ? mapped.slice(0, colon) : mapped
  if (hasPort) target.port = mapped.slice(colon + 1)
  return target
}

function portOf(url: URL): string {
  if (url.port !== '') return url.port
  return url.protocol === 'https:' ? '443' : '80'
}

/** `Authorization` for a user; never put into a URL, where it would reach logs. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
}
