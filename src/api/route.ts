import type { Handler, Resource } from './resource.ts'

/** What a path leads to. */
export type Route =
  | {
      readonly tag: 'found'
      readonly resource: Resource
      readonly handler: Handler
      readonly parameters: Readonly<Record<string, string>>
    }
  | { readonly tag: 'wrong-method'; readonly resource: Resource; readonly allowed: readonly string[] }
  | { readonly tag: 'unknown' }

/** Finds who answers; the first resource whose path matches. HEAD is a GET whose body is not sent. Pure. */
export function route(resources: readonly Resource[], method: string, path: string): Route {
  for (const resource of resources) {
    const parameters = matchPath(resource.path, path)
    if (parameters === null) continue
    const handler = handlerOf(resource, method)
    if (handler) return { tag: 'found', resource, handler, parameters }
    const allowed = [
      ...(resource.get ? ['GET', 'HEAD'] : []),
      ...(resource.put ? ['PUT'] : []),
      ...(resource.post ? ['POST'] : []),
    ]
    return { tag: 'wrong-method', resource, allowed }
  }
  return { tag: 'unknown' }
}

function handlerOf(resource: Resource, method: string): Handler | undefined {
  if (method === 'GET' || method === 'HEAD') return resource.get
  if (method === 'PUT') return resource.put
  return method === 'POST' ? resource.post : undefined
}

/** The parameters of a path that a pattern matches; null when it does not. Pure. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.at(-1) !== '*' && wanted.length !== given.length) return null
  const parameters: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    if (part === '*') return index < given.length ? parameters : null
    const value = given[index]
    if (value === undefined) return null
    if (!part.startsWith(':')) {
      if (part !== value) return null
      continue
    }
    const decoded = decode(value)
    if (decoded === null || decoded === '') return null
    parameters[part.slice(1)] = decoded
  }
  return parameters
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
