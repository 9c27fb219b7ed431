export const often = (run: () => void): unknown => setInterval(run, 1)
