import { describe, expect, test } from 'vitest'
import type { Command } from './command.ts'
import { commandHelp, programHelp } from './help.ts'
import { flag, numberOption, textOption } from './option.ts'
import { parseArguments } from './parse-arguments.ts'

const config = textOption('config', 'FILE', 'The configuration.', 'c')
const seconds = numberOption('seconds', 'N', 'How long.', 1)
const json = flag('json', 'Print JSON.')

const command: Command = {
  name: 'copy',
  summary: 'Copy things.',
  operands: [
    { name: 'FROM', doc: 'What to copy.', required: true, repeated: false },
    { name: 'TO', doc: 'Where to.', required: false, repeated: false },
  ],
  options: [config, seconds, json],
  examples: [{ call: 'copy a b', doc: 'Copy a to b.' }],
  run: () => Promise.resolve(0),
}

describe('what is understood', () => {
  test.each([
    { args: ['a'], operands: ['a'] },
    { args: ['a', 'b', '--json'], asJson: true, operands: ['a', 'b'] },
    { args: ['--config', 'x.yaml', 'a'], file: 'x.yaml', operands: ['a'] },
    { args: ['-c', 'x.yaml', '--seconds=5', 'a'], file: 'x.yaml', n: 5, operands: ['a'] },
    { args: ['-cx.yaml', 'a'], file: 'x.yaml', operands: ['a'] },
    { args: ['--config=-odd', 'a'], file: '-odd', operands: ['a'] },
    { args: ['--', '--json'], operands: ['--json'] },
    { args: ['--seconds', '5', '--seconds', '6', 'a'], n: 6, operands: ['a'] },
  ])('$args', ({ args, file, n, asJson = false, operands }) => {
    const input = parseArguments(args, command)
    expect([input.get(config), input.get(seconds), input.get(json), input.operands]).toEqual([
      file,
      n,
      asJson,
      operands,
    ])
  })

  test('help asks for nothing else', () => {
    expect(parseArguments(['--help'], command).operands).toEqual([])
    expect(parseArguments(['-h', '--seconds', 'x'], command).operands).toEqual([])
  })

  test('arguments that are passed on stay as they are', () => {
    const passing: Command = { ...command, passesArgumentsOn: true }
    expect(parseArguments(['--data', 'x', '--help', '--'], passing).operands).toEqual(['--data', 'x', '--help', '--'])
  })
})

test.each([
  [[], 'copy needs FROM: What to copy.'],
  [['a', 'b', 'c'], 'copy does not know what to do with "c"'],
  [['a', '--jsn'], 'copy has no option --jsn: did you mean --json?'],
  [['a', '--verbose'], 'copy has no option --verbose: run sync-app copy --help to see those it has'],
  [['a', '-x'], 'copy has no option -x: run sync-app copy --help to see those it has'],
  [['a', '--config'], '--config needs a value: --config FILE'],
  [['a', '--config', '--json'], '--config needs a value: --config FILE'],
  [['a', '--json=yes'], '--json takes no value'],
  [['a', '--seconds', 'many'], '--seconds takes a whole number of at least 1, not "many"'],
  [['a', '--seconds', '0'], '--seconds takes a whole number of at least 1, not "0"'],
])('%j is refused: %s', (args, message) => {
  expect(() => parseArguments(args, command)).toThrow(message)
})

test('help shows usage, arguments, options and examples', () => {
  expect(commandHelp(command)).toBe(`Copy things.

Usage: sync-app copy [OPTIONS] FROM [TO]

Arguments:
  FROM  What to copy.
  TO    Where to.

Options:
  -c, --config FILE  The configuration.
  --seconds N        How long.
  --json             Print JSON.
  -h, --help         Show this help.

Examples:
  sync-app copy a b  Copy a to b.
`)
  expect(programHelp([command])).toContain('  copy  Copy things.\n')
})
