const CODES = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const

/** A colour or weight. */
export type Ink = keyof typeof CODES

/** Colours a text; gives it back as it is when colours are off. */
export function paint(ink: Ink, text: string, colour: boolean): string {
  return colour ? `\u001b[${CODES[ink]}m${text}\u001b[0m` : text
}
