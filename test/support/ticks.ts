/** Lets everything else that is ready run. */
export function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Lets everything else run for a while of no fixed length, so that the order of things varies. */
export async function someTicks(): Promise<void> {
  for (let turns = Math.floor(Math.random() * 12); turns >= 0; turns--) await tick()
}
