/** An answer of another program as JSON. @throws {Error} with the complaint when it is none. */
export function answeredJson(text: string, complaint: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(complaint, { cause: error })
  }
}
