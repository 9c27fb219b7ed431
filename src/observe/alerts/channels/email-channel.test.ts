import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendOver } from '../testing/send-over.ts'
import { resolvedMessage, sampleMessage } from '../testing/sample-message.ts'

interface ReceivedMail {
  readonly to: readonly string[]
  readonly raw: string
}

describe('mail (row 65)', () => {
  const mails: ReceivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString() })
        done()
      })
    },
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('unknown')) done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }))
      else if (address.startsWith('busy')) done(Object.assign(new Error('try later'), { responseCode: 451 }))
      else done()
    },
  })
  let port = 0
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.server.address()
    port = typeof address === 'object' && address ? address.port : 0
  })
  afterAll(async () => await new Promise<void>((resolve) => server.close(resolve)))

  const channel = (to = 'ops@example.com', starttls = 'opportunistic') =>
    `{ email: { smtp_url: "smtp://127.0.0.1:${port}", starttls: ${starttls}, from: Sync <sync@example.com>, to: "${to}" } }`

  const header = (raw: string, name: string) => new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'mi').exec(raw)?.[1]

  test('has text and HTML, and answers form a thread', async () => {
    mails.length = 0
    expect(await sendOver(channel(), sampleMessage())).toEqual({ tag: 'delivered' })
    await sendOver(channel(), resolvedMessage())
    const [first, second] = mails.map(({ raw }) => raw)
    expect(mails[0]?.to).toEqual(['ops@example.com'])
    expect(header(first ?? '', 'Subject')).toBe('[CRITICAL] shop: error rate of public.orders is 12 %')
    expect(header(first ?? '', 'Auto-Submitted')).toBe('auto-generated')
    expect(header(first ?? '', 'List-Id')).toContain('shop.alerts')
    expect(header(first ?? '', 'In-Reply-To')).toBeUndefined()
    expect(header(second ?? '', 'In-Reply-To')).toBe(header(first ?? '', 'Message-ID'))
    expect(header(second ?? '', 'References')).toBe(header(first ?? '', 'Message-ID'))
    expect(first).toMatch(/Content-Type: text\/plain[^]*What to do: Run sync-app tables\.[^]*Content-Type: text\/html/)
    expect(first?.replaceAll('=\r\n', '')).toContain('&lt;too long&gt; &amp; more')
  })

  test('that is sent again has the same Message-ID', async () => {
    mails.length = 0
    await sendOver(channel(), sampleMessage())
    await sendOver(channel(), sampleMessage())
    const ids = mails.map(({ raw }) => header(raw, 'Message-ID'))
    expect(ids[0]).toBeDefined()
    expect(ids[0]).toBe(ids[1])
  })

  test('goes to the address of a person', async () => {
    mails.length = 0
    await sendOver(channel(), sampleMessage({ destination: { channel: 'c', address: 'anna@example.com' } }))
    expect(mails.map(({ to }) => to)).toEqual([['anna@example.com']])
  })

  test.each([
    ['unknown@example.com', { tag: 'refused' }],
    ['busy@example.com', { tag: 'retry', maybeArrived: false }],
  ])('to %s', async (to, outcome) => {
    expect(await sendOver(channel(to), sampleMessage())).toMatchObject(outcome)
  })

  test('is not sent unencrypted where encryption is required', async () => {
    mails.length = 0
    expect(await sendOver(channel('ops@example.com', 'required'), sampleMessage())).toMatchObject({ tag: 'retry' })
    expect(mails).toEqual([])
  })
})
