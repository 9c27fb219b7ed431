export const load = 'load'
