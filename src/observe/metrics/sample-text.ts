const SPECIAL = /[\\"\n]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

/** A label's value as the exposition writes it, without quotes. @see Prometheus, text-based exposition format */
export function escapeLabel(value: string): string {
  return value.replace(SPECIAL, (special) => ESCAPES[special] ?? special)
}

/** A sample's name and labels, with the space before its value. */
export function sampleText(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? `${name} ` : `${name}{${pairs.join(',')}} `
}
