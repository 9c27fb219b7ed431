/** The value that a text from elsewhere holds as JSON; null for no text, and for what is no JSON. Its form is yet to be looked at. */
export function jsonOrNull(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}
