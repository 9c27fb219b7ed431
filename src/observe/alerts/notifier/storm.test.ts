import { expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { mailOf } from '../message/mail.ts'
import { pagerdutyEvent } from '../message/pagerduty-event.ts'
import { slackBody } from '../message/slack-body.ts'
import { smsText } from '../message/sms-text.ts'
import { webhookBody } from '../message/webhook-body.ts'
import { deliveryOf, instanceOf, MemoryAlertStore, NotifierLife, Receiver } from '../testing/notifier-world.ts'

const RULES = 10
const TABLES = 1000
const NO_LINKS = { alerts: null, acknowledge: null }

test('a storm of 10,000 alerts is a few messages of bounded size, in bounded time and memory (row 93)', async () => {
  const clock = new FakeClock()
  const store = new MemoryAlertStore()
  const hook = new Receiver()
  const delivery = deliveryOf(
    'webhook_url: https://hook\ninhibit: [{ source: severity=critical, target: severity=warning, equal: table }]',
  )
  const storm = Array.from({ length: RULES * TABLES }, (_, index) => {
    const labels = { table: `public.table_${index % TABLES}` }
    const rule = `rule_${Math.floor(index / TABLES)}`
    const annotations = {
      summary: `${rule} of ${labels.table}`,
      description: 'd'.repeat(300),
      runbook: '',
      why: 'w'.repeat(300),
      remedy: 'r'.repeat(300),
    }
    return instanceOf({ rule, labels, annotations, startedAtMs: clock.now() })
  })
  await using life = new NotifierLife({ delivery, store, receivers: new Map([['webhook', hook]]), clock })
  await life.notifier.start()
  const startedMs = performance.now()
  for (let round = 0; round < 8; round += 1) {
    await life.round(clock, ...storm)
    await clock.advance(5000)
  }
  const tookMs = performance.now() - startedMs
  const storedBytes = [...store.rows.values()].reduce((sum, { body }) => sum + (body?.length ?? 0), 0)
  expect(hook.messages).toHaveLength(RULES)
  expect(hook.messages.map(({ firingCount }) => firingCount)).toEqual(Array(RULES).fill(TABLES))
  expect(tookMs).toBeLessThan(10_000)
  expect(storedBytes).toBeLessThan(10e6)
  for (const message of hook.messages) {
    expect(webhookBody(message, NO_LINKS, 500)).toMatchObject({ truncatedAlerts: 500 })
    expect(slackBody(message, NO_LINKS).blocks.length).toBeLessThanOrEqual(50)
    expect(JSON.stringify(slackBody(message, NO_LINKS)).length).toBeLessThan(40_000)
    expect(JSON.stringify(pagerdutyEvent(message, NO_LINKS, 'k')).length).toBeLessThan(512 * 1024)
    expect(mailOf(message, NO_LINKS).text.length).toBeLessThan(100_000)
    expect(smsText(message, NO_LINKS).length).toBeLessThanOrEqual(160)
  }
  await life.round(clock)
  for (let round = 0; round < 70; round += 1) {
    await clock.advance(5000)
    await life.round(clock)
  }
  expect(hook.messages).toHaveLength(2 * RULES)
  expect(hook.pictures.get('')?.size).toBe(0)
  const { episodes, ledgers, outbox, waitingSinceMs } = life.notifier.state
  expect([episodes.size, ledgers.size, outbox.size, waitingSinceMs.size]).toEqual([0, 0, 0, 0])
}, 60_000)
