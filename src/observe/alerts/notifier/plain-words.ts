const LONGEST = 500

/** Words of people as they are kept: short, without characters that would change a log or a message. */
export function plainWords(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, LONGEST)
}
