import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { realClock } from '../../../../test/support/real-clock.ts'
import { secret } from '../../../config/secret.ts'
import { HttpReceiver } from '../testing/http-receiver.ts'
import { deliveryOf } from '../testing/notifier-world.ts'
import { MESSAGE_LINKS, sendOver } from '../testing/send-over.ts'
import { resolvedMessage, sampleAlert, sampleMessage } from '../testing/sample-message.ts'
import type { SendOutcome } from './channel.ts'
import { makeChannel } from './make-channel.ts'

let receiver: HttpReceiver
beforeAll(async () => void (receiver = await HttpReceiver.start()))
afterAll(async () => await receiver[Symbol.asyncDispose]())
beforeEach(() => {
  receiver.requests.length = 0
  receiver.answers.length = 0
})

function lastRequest() {
  const request = receiver.requests.at(-1)
  if (!request) throw new Error('nothing came in')
  return request
}

describe('webhook (row 62)', () => {
  test('posts the body of Alertmanager, signed, with an idempotency key', async () => {
    const channel = `{ webhook: { url: "${receiver.url}/hook?x=1", signing_secret: geheim, headers: { Authorization: Bearer tok } } }`
    expect(await sendOver(channel, sampleMessage())).toEqual({ tag: 'delivered' })
    const { path, headers, body } = lastRequest()
    expect(path).toBe('/hook?x=1')
    expect(headers).toMatchObject({
      authorization: 'Bearer tok',
      'idempotency-key': 'id-1',
      'content-type': 'application/json',
    })
    const timestamp = String(headers['x-sync-timestamp'])
    const expected = createHmac('sha256', 'geheim').update(`${timestamp}.${body}`).digest('hex')
    expect(headers['x-sync-signature']).toBe(`sha256=${expected}`)
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(60)
    expect(JSON.parse(body)).toEqual({
      version: '4',
      groupKey: '{}:{alertname="high_error_rate"}',
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'hook',
      groupLabels: { alertname: 'high_error_rate' },
      commonLabels: { alertname: 'high_error_rate', severity: 'critical', pipeline: 'shop', table: 'public.orders' },
      commonAnnotations: {
        summary: 'error rate of public.orders is 12 %',
        description: 'Rows of public.orders do not arrive.',
        why: 'StarRocks refuses values <too long> & more.',
        remedy: 'Run sync-app tables.',
        runbook_url: 'https://docs.example.com/runbook#high_error_rate',
        value: '0.12',
      },
      externalURL: MESSAGE_LINKS.alerts,
      notification_reason: 'first notification',
      alerts: [
        expect.objectContaining({
          status: 'firing',
          startsAt: '2026-01-31T15:00:00.000Z',
          endsAt: '0001-01-01T00:00:00Z',
          fingerprint: '0123456789abcdef',
        }),
      ],
    })
  })

  test('is not signed without a secret, and counts alerts that do not fit', async () => {
    const many = sampleMessage({ firing: [sampleAlert(), sampleAlert({ fingerprint: 'b' })], firingCount: 7 })
    await sendOver(`{ webhook: { url: "${receiver.url}", max_alerts: 1 } }`, many)
    expect(lastRequest().headers['x-sync-signature']).toBeUndefined()
    expect(JSON.parse(lastRequest().body)).toMatchObject({ truncatedAlerts: 6, alerts: [{ status: 'firing' }] })
  })

  test('does not follow a redirect', async () => {
    receiver.answers.push({ status: 307, headers: { location: `${receiver.url}/elsewhere` } })
    expect(await sendOver(`{ webhook: "${receiver.url}" }`, sampleMessage())).toMatchObject({ tag: 'refused' })
    expect(receiver.requests).toHaveLength(1)
  })
})

describe('what a reply means', () => {
  test.each<[number, Record<string, string>, SendOutcome]>([
    [204, {}, { tag: 'delivered' }],
    [429, { 'retry-after': '7' }, { tag: 'retry', reason: 'HTTP 429: said', retryAfterMs: 7000, maybeArrived: false }],
    [503, {}, { tag: 'retry', reason: 'HTTP 503: said', retryAfterMs: undefined, maybeArrived: false }],
    [500, {}, { tag: 'retry', reason: 'HTTP 500: said', maybeArrived: true }],
    [404, {}, { tag: 'refused', reason: 'HTTP 404: said' }],
  ])('%i', async (status, headers, outcome) => {
    receiver.answers.push({ status, headers, ...(status === 204 ? {} : { body: 'said' }) })
    expect(await sendOver(`{ webhook: "${receiver.url}" }`, sampleMessage())).toEqual(outcome)
  })

  test('a connection that is cut may have brought the message, one that is refused has not', async () => {
    receiver.answers.push({ status: 0, cut: true })
    expect(await sendOver(`{ webhook: "${receiver.url}" }`, sampleMessage())).toMatchObject({
      tag: 'retry',
      maybeArrived: true,
    })
    const gone = await HttpReceiver.start()
    const url = gone.url
    await gone[Symbol.asyncDispose]()
    expect(await sendOver(`{ webhook: "${url}" }`, sampleMessage())).toMatchObject({
      tag: 'retry',
      maybeArrived: false,
    })
  })

  test('secrets that the other side repeats are hidden (row 124)', async () => {
    receiver.answers.push({
      status: 400,
      body: `bad key geheim-key-1 at /services/T0/B0/XYZ and ${receiver.url}/services/T0/B0/XYZ`,
    })
    const channel = `{ webhook: { url: "${receiver.url}/services/T0/B0/XYZ", signing_secret: geheim-key-1 } }`
    expect(await sendOver(channel, sampleMessage())).toEqual({
      tag: 'refused',
      reason: 'HTTP 400: bad key *** at *** and ***',
    })
  })
})

describe('Slack (row 63)', () => {
  test('posts text and blocks within its limits, with its characters of control escaped', async () => {
    expect(await sendOver(`{ slack: "${receiver.url}/services/T/B/X" }`, sampleMessage())).toEqual({ tag: 'delivered' })
    const { text, blocks } = JSON.parse(lastRequest().body)
    expect(text).toBe('[CRITICAL] shop: error rate of public.orders is 12 %')
    expect(blocks.map(({ type }: { type: string }) => type)).toEqual(['header', 'section', 'actions'])
    expect(blocks[1].text.text).toBe(
      [
        '*error rate of public.orders is 12 %*',
        'critical · high_error_rate · table=public.orders · since 2026-01-31 15:00 UTC (3 h)',
        '*Why:* Rows of public.orders do not arrive. StarRocks refuses values &lt;too long&gt; &amp; more.',
        '*Do:* Run sync-app tables.',
        '<https://docs.example.com/runbook#high_error_rate|Runbook>',
      ].join('\n'),
    )
    expect(blocks[2].elements).toMatchObject([
      { url: MESSAGE_LINKS.acknowledge, style: 'primary' },
      { url: MESSAGE_LINKS.alerts },
    ])
  })

  test('cuts what is too long', async () => {
    const long = sampleAlert({
      summary: 's'.repeat(1000),
      why: '<'.repeat(1000),
      remedy: 'r'.repeat(1000),
      description: 'd'.repeat(1000),
    })
    const firing = Array.from({ length: 60 }, () => long)
    await sendOver(`{ slack: "${receiver.url}" }`, sampleMessage({ firing, firingCount: 60 }))
    const { blocks } = JSON.parse(lastRequest().body)
    expect(blocks.length).toBeLessThanOrEqual(50)
    expect(blocks[0].text.text.length).toBeLessThanOrEqual(150)
    const texts = blocks.flatMap((block: { text?: { text: string } }) => block.text?.text ?? [])
    expect(Math.max(...texts.map((each: string) => each.length))).toBeLessThanOrEqual(3000)
    expect(texts.join('').length).toBeLessThanOrEqual(13_000)
    expect(JSON.stringify(blocks)).toMatch(/and 5\d more/)
  })

  test('an answer that is not ok is refused', async () => {
    receiver.answers.push({ status: 403, body: 'invalid_token' })
    expect(await sendOver(`{ slack: "${receiver.url}" }`, sampleMessage())).toEqual({
      tag: 'refused',
      reason: 'HTTP 403: invalid_token',
    })
  })
})

describe('PagerDuty (row 64)', () => {
  const channel = () => `{ pagerduty: { integration_key: R0123456789012345678901234567890, url: "${receiver.url}" } }`

  test('triggers, acknowledges and resolves one incident', async () => {
    receiver.answers.push({ status: 202 }, { status: 202 }, { status: 202 })
    await sendOver(channel(), sampleMessage())
    await sendOver(
      channel(),
      sampleMessage({ id: 'id-3', reason: 'acknowledged', firing: [sampleAlert({ acknowledgedBy: 'anna' })] }),
    )
    await sendOver(channel(), resolvedMessage())
    const events = receiver.requests.map(({ body }) => JSON.parse(body))
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/v2/enqueue', '/v2/enqueue', '/v2/enqueue'])
    expect(events.map((event) => event.event_action)).toEqual(['trigger', 'acknowledge', 'resolve'])
    expect(new Set(events.map((event) => event.dedup_key)).size).toBe(1)
    expect(events[0].dedup_key.length).toBeLessThanOrEqual(255)
    expect(events[0]).toMatchObject({
      routing_key: 'R0123456789012345678901234567890',
      payload: {
        severity: 'critical',
        source: 'pg-starrocks-sync/shop',
        component: 'public.orders',
        class: 'high_error_rate',
        timestamp: '2026-01-31T15:00:00.000Z',
      },
      client_url: MESSAGE_LINKS.alerts,
      links: [
        { href: MESSAGE_LINKS.acknowledge, text: 'Acknowledge' },
        { href: MESSAGE_LINKS.alerts, text: 'Alerts' },
        { text: 'Runbook' },
      ],
    })
    expect(events[2]).not.toHaveProperty('payload')
  })

  test('a bad key is refused without showing it', async () => {
    receiver.answers.push({ status: 400, body: '{"errors":["R0123456789012345678901234567890 is no key"]}' })
    const outcome = await sendOver(channel(), sampleMessage())
    expect(outcome).toMatchObject({ tag: 'refused' })
    expect(JSON.stringify(outcome)).not.toContain('R0123')
  })
})

describe('SMS (row 66)', () => {
  test('posts JSON by default', async () => {
    const message = sampleMessage({ destination: { channel: 'c', address: '+432222222' } })
    await sendOver(`{ sms: { url: "${receiver.url}/send", to: "+431111111", headers: { X-Key: k } } }`, message, {
      alerts: null,
      acknowledge: null,
    })
    expect(lastRequest().headers).toMatchObject({ 'x-key': 'k', 'content-type': 'application/json' })
    expect(JSON.parse(lastRequest().body)).toEqual({
      to: '+432222222',
      text: '(CRITICAL) shop: error rate of public.orders is 12 %',
    })
  })

  test('Twilio gets a form with basic auth', async () => {
    receiver.answers.push({ status: 201, body: '{}' })
    const twilio = `{ account_sid: AC1, auth_token: tok, messaging_service_sid: MG1, url: "${receiver.url}" }`
    expect(await sendOver(`{ sms: { to: "+431111111", twilio: ${twilio} } }`, sampleMessage())).toEqual({
      tag: 'delivered',
    })
    const { path, headers, body } = lastRequest()
    expect(path).toBe('/2010-04-01/Accounts/AC1/Messages.json')
    expect(headers).toMatchObject({
      authorization: `Basic ${btoa('AC1:tok')}`,
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      To: '+431111111',
      MessagingServiceSid: 'MG1',
    })
    expect(new URLSearchParams(body).get('Body')).toContain('(CRITICAL) shop')
  })

  test('is one message of the GSM alphabet', async () => {
    const long = sampleAlert({ summary: `„${'漢'.repeat(30)}“ ${'x'.repeat(300)}` })
    await sendOver(`{ sms: { url: "${receiver.url}", to: "+431111111" } }`, sampleMessage({ firing: [long] }))
    const { text } = JSON.parse(lastRequest().body)
    expect(text.length).toBe(160)
    expect(text).toMatch(/^[\x20-\x7e]+$/)
  })

  test('a template may not be filled twice', async () => {
    const message = sampleMessage({ firing: [sampleAlert({ summary: '{{to}}' })] })
    await sendOver(
      `{ sms: { url: "${receiver.url}", to: "+431111111", parameters: { m: "{{ text }} for {{to}}" } } }`,
      message,
    )
    expect(JSON.parse(lastRequest().body).m).toMatch(/\(\(to\)\).* for \+431111111$/)
  })
})

test('no channel shows its secrets when it is printed', async () => {
  const [config] = deliveryOf(
    'channels: { c: { webhook: { url: https://h/geheim, signing_secret: geheim } } }',
  ).channels
  if (!config) throw new Error('no channel')
  await using channel = makeChannel(config, realClock)
  const { inspect } = await import('node:util')
  expect(inspect([channel, config, secret('geheim')], { depth: 9, showHidden: true })).not.toContain('geheim')
})
