/** One line of an exposition, read back. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: string
}

/** Reads the samples of a text exposition; comments are passed over. @throws {Error} at a line that is none. */
export function parseExposition(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line)
      if (!match) throw new Error(`not a sample: ${line}`)
      const [, name = '', labels = '', value = ''] = match
      return { name, labels: parseLabels(labels), value }
    })
}

const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:, ?|$)/y

function parseLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {}
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    LABEL.lastIndex = at
    const match = LABEL.exec(text)
    if (!match) throw new Error(`not labels: ${text}`)
    const [, name = '', value = ''] = match
    labels[name] = value.replace(/\\(.)/g, (_, special: string) => (special === 'n' ? '\n' : special))
  }
  return labels
}
