import { expect, test } from 'vitest'
import { type Asker, refusalOf } from './authorize-change.ts'
import { matchPath, route } from './route.ts'

const handler = (): void => undefined
const resources = [
  { name: 'a', path: '/a', get: handler },
  { name: 'b', path: '/b/:id', get: handler, post: handler },
  { name: 'any', path: '/any/*', get: handler },
]

test.each([
  ['GET', '/a', 'found'],
  ['HEAD', '/a', 'found'],
  ['POST', '/a', 'wrong-method'],
  ['DELETE', '/b/1', 'wrong-method'],
  ['POST', '/b/1', 'found'],
  ['GET', '/b', 'unknown'],
  ['GET', '/b/1/2', 'unknown'],
  ['GET', '/b/', 'unknown'],
  ['GET', '/any/x/y', 'found'],
  ['GET', '/any', 'unknown'],
  ['GET', '/', 'unknown'],
  ['GET', '/b/%zz', 'unknown'],
] as const)('%s %s is %s', (method, path, tag) => {
  expect(route(resources, method, path).tag).toBe(tag)
})

test('a part of the path is decoded', () => {
  expect(matchPath('/tables/:table', '/tables/sales.two%20words')).toEqual({ table: 'sales.two words' })
})

test('a wrong method says which ones are right', () => {
  expect(route(resources, 'DELETE', '/b/1')).toMatchObject({ allowed: ['GET', 'HEAD', 'POST'] })
})

const local: Asker = { remoteAddress: '127.0.0.1', authorization: undefined, origin: undefined, host: 'localhost:8080' }

test.each<[string, Partial<Asker>, string | null, string | null]>([
  ['this machine, no token configured', {}, null, null],
  ['IPv6 loopback', { remoteAddress: '::1', host: '[::1]:8080' }, null, null],
  ['mapped loopback', { remoteAddress: '::ffff:127.0.0.1' }, null, null],
  ['another machine', { remoteAddress: '10.0.0.7' }, null, 'not-loopback'],
  ['a page of another site', { origin: 'https://evil.example' }, null, 'foreign-page'],
  ['our own page', { origin: 'http://localhost:8080' }, null, null],
  ['a name of another site that leads here', { host: 'evil.example:8080' }, null, 'foreign-page'],
  ['the token', { authorization: 'Bearer s3cret', remoteAddress: '10.0.0.7' }, 's3cret', null],
  ['no token although one is configured', {}, 's3cret', 'no-token'],
  ['another token', { authorization: 'Bearer nothing' }, 's3cret', 'wrong-token'],
])('a change is asked for by %s', (_, asker, token, expected) => {
  expect(refusalOf({ ...local, ...asker }, token)).toBe(expected)
})
