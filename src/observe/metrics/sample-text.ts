const SPECIAL = /[\\"\n]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

/** A label's value as the exposition writes it, without quotes. @see Prometheus, text-based exposition format */
function escapeLabel(value: string): string {
  return value.replace(SPECIAL, (special) => ESCAPES[special] ?? special)
}

/** Labels as the exposition writes them between the braces; empty when there are none. */
export function labelPairs(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}="${escapeLabel(value)}"`)
    .join(',')
}

/** A sample's name and {@link labelPairs}, with the space before its value. */
export function sampleText(name: string, pairs: string): string {
  return pairs === '' ? `${name} ` : `${name}{${pairs}} `
}
