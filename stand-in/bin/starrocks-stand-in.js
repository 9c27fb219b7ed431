#!/usr/bin/env node
// Node runs no TypeScript from node_modules: a package has compiled files, a clone its sources.
import { existsSync } from 'node:fs'

const [major] = process.versions.node.split('.')
if (Number(major) < 24) {
  process.stderr.write(`starrocks-stand-in needs Node 24 or later; this is ${process.versions.node}.\n`)
  process.exit(1)
}
const compiled = new URL('../dist/main.js', import.meta.url)
await import(existsSync(compiled) ? compiled.href : new URL('../src/main.ts', import.meta.url).href)
