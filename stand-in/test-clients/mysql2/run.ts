import { checks, type Login, setUp, tearDown } from './contract.ts'

function needed(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}

const login: Login = {
  host: needed('STARROCKS_HOST'),
  port: Number(needed('STARROCKS_MYSQL_PORT')),
  user: needed('STARROCKS_USER'),
  password: needed('STARROCKS_PASSWORD'),
}
await setUp(login)
for (const { name, run } of checks) {
  try {
    await run(login)
    process.stdout.write(`ok - ${name}\n`)
  } catch (error) {
    process.exitCode = 1
    process.stdout.write(`not ok - ${name}: ${String(error).replaceAll('\n', ' ')}\n`)
  }
}
await tearDown(login)
