import { expect, test } from 'vitest'
import { type Asker, admissionOf } from './authorize-change.ts'
import { matchPath, route } from './route.ts'

const handler = (): void => undefined
const resources = [
  { name: 'a', path: '/a', get: handler },
  { name: 'b', path: '/b/:id', get: handler, post: handler },
  { name: 'put', path: '/put', get: handler, put: handler },
  { name: 'any', path: '/any/*', get: handler },
]

test.each([
  ['GET', '/a', 'found'],
  ['HEAD', '/a', 'found'],
  ['POST', '/a', 'wrong-method'],
  ['DELETE', '/b/1', 'wrong-method'],
  ['PUT', '/b/1', 'wrong-method'],
  ['PUT', '/put', 'found'],
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

const local: Asker = {
  remoteAddress: '127.0.0.1',
  authorization: undefined,
  origin: undefined,
  host: 'localhost:8080',
  claim: undefined,
}
const token = { actor: 'api', token: 's3cret' }
const console = { actor: 'api:console', token: 'other' }

test.each<[string, Partial<Asker>, string]>([
  ['this machine', {}, 'api:local'],
  ['somebody on this machine who says who', { claim: 'cli:anna' }, 'cli:anna'],
  ['somebody whose name is a line of its own', { claim: 'anna\nCRITICAL' }, 'api:local'],
  ['IPv6 loopback', { remoteAddress: '::1', host: '[::1]:8080' }, 'api:local'],
  ['mapped loopback', { remoteAddress: '::ffff:127.0.0.1' }, 'api:local'],
  ['another machine', { remoteAddress: '10.0.0.7' }, 'not-loopback'],
  ['a page of another site', { origin: 'https://evil.example' }, 'foreign-page'],
  ['our own page', { origin: 'http://localhost:8080' }, 'api:local'],
  ['a name of another site that leads here', { host: 'evil.example:8080' }, 'foreign-page'],
])('without a token %s is %s', (_, asker, expected) => {
  expect(told({ ...local, ...asker }, [])).toBe(expected)
})

test.each<[string, Partial<Asker>, string]>([
  ['the token', { authorization: 'Bearer s3cret', remoteAddress: '10.0.0.7' }, 'api'],
  ['a named token', { authorization: 'Bearer other' }, 'api:console'],
  ['a token of a person', { authorization: 'Bearer s3cret', claim: 'cli:anna' }, 'cli:anna'],
  ['no token', {}, 'no-token'],
  ['another token', { authorization: 'Bearer nothing' }, 'wrong-token'],
])('row 45: with configured tokens whoever sends %s is %s', (_, asker, expected) => {
  expect(told({ ...local, ...asker }, [token, console])).toBe(expected)
})

function told(asker: Asker, tokens: Parameters<typeof admissionOf>[1]): string {
  const admission = admissionOf(asker, tokens)
  return admission.tag === 'allowed' ? admission.actor : admission.refusal
}
