import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { expect, it, vi } from 'vitest'

vi.setConfig({ testTimeout: 60_000 })

const root = fileURLToPath(new URL('../..', import.meta.url))

it('runs from its package, in a folder with nothing but the package and what it depends on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-package-'))
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  try {
    execFileSync('npm', ['pack', '-w', 'stand-in', '--silent', '--pack-destination', folder], { cwd: root })
    execFileSync('tar', ['xzf', 'starrocks-stand-in-0.1.0.tgz'], { cwd: folder })
    execFileSync('mv', ['package', join(modules, 'starrocks-stand-in')], { cwd: folder })
    symlinkSync(join(root, 'node_modules/@duckdb'), join(modules, '@duckdb'))
    const ports = ['--mysql-port', '--http-port', '--be-http-port'].flatMap((flag) => [flag, '0'])
    const main = join(modules, 'starrocks-stand-in/bin/starrocks-stand-in.js')
    const child = spawn(process.execPath, [main, '--data', join(folder, 'data'), ...ports], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString()))
      child.once('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)))
    })
    const port = Number(/"mysqlPort":(\d+)/.exec(line)?.[1])
    const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' })
    const [rows] = await connection.query<RowDataPacket[]>('SELECT current_version() AS version')
    expect(rows).toEqual([{ version: '4.0.2-57a4d1f' }])
    await connection.end()
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
