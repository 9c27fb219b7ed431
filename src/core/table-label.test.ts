import { expect, test } from 'vitest'
import { tableId } from './table-id.ts'
import { tableLabel } from './table-label.ts'

test.each([
  ['public', 'users', 'users'],
  ['sales', 'users', 'sales.users'],
  // Without its schema it would read like table `users` of schema `sales`.
  ['public', 'sales.users', 'public.sales.users'],
])('%s.%s is labelled %s', (schema, table, label) => {
  expect(tableLabel(tableId(schema, table))).toBe(label)
})
