type State = { readonly tag: 'waiting' } | { readonly tag: 'streaming' }

export function describe(state: State): string {
  let text = ''
  switch (state.tag) {
    case 'waiting':
      text = 'not yet'
  }
  return text
}
