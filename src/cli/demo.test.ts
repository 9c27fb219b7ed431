import { describe, expect, test } from 'vitest'
import { call } from '../../test/support/call-command.ts'
import type { DemoPicture, DemoRequest, DemoResult } from '../app/demo/demo-picture.ts'
import { newCounts } from '../app/demo/shop/shop-counts.ts'
import { lsn } from '../core/lsn.ts'
import { tableId } from '../core/table-id.ts'
import { demoCommand } from './demo.ts'
import { demoView } from './demo-view.ts'

describe('demo', () => {
  const picture: DemoPicture = {
    elapsedMs: 4_000,
    guarantee: 'atomic',
    tables: [{ table: tableId('public', 'orders'), state: 'streaming', sourceRows: 1_234, targetRows: 1_230 }],
    rowsApplied: 20,
    rowsPerSecond: 5,
    lagMs: 300,
    workload: { ...newCounts(), transactions: 7 },
  }
  const resultOf = (rows: { readonly rowsDifferent?: number; readonly rowsUnsettled?: number }): DemoResult => ({
    report: {
      tables: [
        {
          table: tableId('public', 'orders'),
          verifiedUpTo: lsn(1n),
          rowsCompared: 10,
          rowsDifferent: 0,
          rowsUnsettled: 0,
          differences: [],
          ms: 1,
          ...rows,
        },
      ],
      notCompared: [],
    },
    rowsApplied: 20,
    lagSeconds: 0.5,
    guarantee: 'atomic',
    workload: newCounts(),
  })
  const commandOf = (result: DemoResult) =>
    demoCommand(() =>
      Promise.resolve({
        runDemo: (request: DemoRequest) => {
          request.say('Filling the shop')
          request.show(picture)
          return Promise.resolve(result)
        },
      }),
    )

  test('with --json the result alone is on standard output, as its only line', async () => {
    const { code, out, err } = await call(commandOf(resultOf({})), ['--seconds', '30', '--json'])
    expect(code).toBe(0)
    expect(out).toMatch(/^\{[^\n]*\}\n$/)
    expect(JSON.parse(out)).toMatchObject({
      tables: 1,
      rows_compared: 10,
      rows_different: 0,
      rows_applied: 20,
      lag_seconds: 0.5,
      guarantee: 'atomic',
    })
    expect(err).toContain(
      'Filling the shop\n4 s, 1 of 1 tables streaming, 1,234 rows in the source, 1,230 in the target, 5 rows/s, lag 300 ms, 7 transactions of the shop\n',
    )
  })

  test('in a pipe a line for each picture, then the comparison', async () => {
    const { code, out } = await call(commandOf(resultOf({})), [])
    expect(code).toBe(0)
    expect(out).toMatch(/^Filling the shop\n4 s, .*\n[^]*\n10 rows compared: both sides are equal\.\n$/)
  })

  test.each([{ rowsDifferent: 1 }, { rowsUnsettled: 1 }])('%j fails it', async (rows) => {
    expect((await call(commandOf(resultOf(rows)), [])).code).toBe(1)
  })

  test('asked to end before it began, it has nothing to show', async () => {
    const command = demoCommand(() => Promise.resolve({ runDemo: () => Promise.resolve(null) }))
    expect(await call(command, ['--json'])).toEqual({ code: 130, out: '', err: '' })
  })

  test('on a terminal a picture takes the place of the one before, but not of what was said', () => {
    let screen = ''
    const terminal = {
      out: (text: string) => void (screen += text),
      err: () => undefined,
      isTerminal: true,
      colour: false,
    }
    const view = demoView(terminal, false)
    view.say('Filling the shop')
    view.show(picture)
    expect(screen).not.toContain('\u001b')
    const lines = screen.split('\n').length - 2
    screen = ''
    view.show(picture)
    expect(screen.startsWith(`\u001b[${lines}F\u001b[J`)).toBe(true)
    expect(screen).toContain('public.orders       1,234      1,230  streaming\n')
  })
})
