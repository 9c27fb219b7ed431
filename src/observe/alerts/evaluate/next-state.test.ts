import { describe, expect, test } from 'vitest'
import { inactiveSince, nextState, type InstanceState, type Look, type StateSettings } from './next-state.ts'

const AT_ONCE: StateSettings = { forMs: 0, keepFiringForMs: 0, noData: 'ok' }

const LOOKS: Readonly<Record<string, Look>> = {
  // holds
  H: { holds: true, clears: false, misses: false },
  // in between: neither holds nor clears
  b: { holds: false, clears: false, misses: false },
  // clear
  c: { holds: false, clears: true, misses: false },
  // missing
  m: { holds: false, clears: false, misses: true },
}

const LETTERS: Readonly<Record<InstanceState['state'], string>> = {
  inactive: '.',
  pending: 'p',
  firing: 'F',
  recovering: 'r',
  'no-data': 'N',
}

/** The states after looks that are one second apart. */
function states(looks: string, settings: Partial<StateSettings>): string {
  let state = inactiveSince(0)
  return Array.from(looks)
    .map((letter, index) => {
      const look = LOOKS[letter] ?? { holds: false, clears: true, misses: false }
      state = nextState(state, look, index * 1000, { ...AT_ONCE, ...settings })
      return LETTERS[state.state]
    })
    .join('')
}

describe('states that follow from looks a second apart', () => {
  test.each([
    ['it fires at once without `for`', 'ccHHc', {}, '..FF.'],
    ['`for` must pass without a break', 'HHcHHHHc', { forMs: 3000 }, 'pp.pppF.'],
    ['`for` counts from when it began', 'HHHH', { forMs: 2000 }, 'ppFF'],
    ['between the two limits it goes on firing', 'bHbbcb', {}, '.FFF..'],
    ['but between them nothing begins', 'bbHbb', { forMs: 5000 }, '..p..'],
    ['it keeps firing for a while', 'Hccccc', { keepFiringForMs: 3000 }, 'Frrr..'],
    ['and what comes back in that while is the same alert', 'HcHcccc', { keepFiringForMs: 2000 }, 'FrFrr..'],
    ['missing values end it', 'HmH', {}, 'F.F'],
    ['unless it shall keep what held', 'mHmmcm', { noData: 'keep' }, '.FFF..'],
    ['keeping does not make something that waits fire', 'HmmH', { noData: 'keep', forMs: 2000 }, 'p..p'],
    ['missing values alert where they shall, after `for`', 'mmmmc', { noData: 'alert', forMs: 2000 }, 'ppNN.'],
    ['an alert whose values vanish stays one', 'HmHc', { noData: 'alert' }, 'FNF.'],
    ['missing values are told apart from those that clear', 'Hmc', { noData: 'alert', keepFiringForMs: 5000 }, 'FNr'],
  ] as const)('%s: %s', (_what, looks, settings, expected) => {
    expect(states(looks, settings)).toBe(expected)
  })

  test('an alert has begun when its condition did, through all that follows', () => {
    let state = inactiveSince(0)
    const seen = Array.from('cHHcHc').map((letter, index) => {
      const settings = { forMs: 1000, keepFiringForMs: 2000, noData: 'ok' } as const
      state = nextState(state, LOOKS[letter] ?? AT_ONCE_LOOK, index * 1000, settings)
      return [state.state, state.startedAtMs]
    })
    expect(seen).toEqual([
      ['inactive', null],
      ['pending', 1000],
      ['firing', 1000],
      ['recovering', 1000],
      ['firing', 1000],
      ['recovering', 1000],
    ])
  })
})

const AT_ONCE_LOOK: Look = { holds: true, clears: false, misses: false }
