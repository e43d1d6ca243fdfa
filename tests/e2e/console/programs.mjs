// The product's programs, started from a test and ended with it; every wait has a limit.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'

export const sleep = (ms) => new Promise((r) => setTimeout(r, ms))
export async function waitFor(what, seconds, test, every = 200) {
  const until = Date.now() + seconds * 1000
  for (;;) {
    const found = await test()
    if (found) return found
    if (Date.now() > until) throw new Error(`waited ${seconds} s in vain: ${what}`)
    await sleep(every)
  }
}
export const freePort = () => new Promise((done) => {
  const s = createServer().listen(0, '127.0.0.1', () => {
    const { port } = s.address()
    s.close(() => done(port))
  })
})

export class Programs {
  constructor(bin) {
    this.bin = bin
    this.folder = mkdtempSync(join(tmpdir(), 'fanzha-console-'))
    this.running = new Map()
  }
  path(...names) {
    return join(this.folder, ...names)
  }
  start(name, ...argv) {
    mkdirSync(this.path('logs'), { recursive: true })
    const log = openSync(this.path('logs', name + '.log'), 'a')
    const p = spawn(join(this.bin, argv[0]), argv.slice(1).map(String), { stdio: ['ignore', log, log] })
    closeSync(log)
    this.running.set(name, p)
    return p
  }
  log(name) {
    const file = this.path('logs', name + '.log')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }
  run(...argv) {
    const done = spawnSync(join(this.bin, argv[0]), argv.slice(1).map(String), { encoding: 'utf8', timeout: 240_000 })
    if (done.status !== 0) throw new Error(`${argv.slice(0, 3).join(' ')} ended with ${done.status}:\n${done.stderr}${done.stdout}`)
    return done.stdout
  }
  write(name, text) {
    writeFileSync(this.path(name), text, { mode: 0o600 })
    return this.path(name)
  }
  async end(name) {
    const p = this.running.get(name)
    this.running.delete(name)
    if (!p || p.exitCode !== null || p.signalCode !== null) return
    const gone = new Promise((r) => p.once('exit', r))
    p.kill('SIGTERM')
    await Promise.race([gone, sleep(8000)])
    if (p.exitCode === null && p.signalCode === null) p.kill('SIGKILL')
  }
  async endAll(keep) {
    for (const name of [...this.running.keys()].reverse()) await this.end(name)
    if (!keep) rmSync(this.folder, { recursive: true, force: true })
  }
}

/** SHA-256 of the certificate that a TLS server on loopback shows. */
export const fingerprint = (port) => new Promise((done) => {
  const s = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
    const der = s.getPeerCertificate(true).raw
    s.destroy()
    done(createHash('sha256').update(der).digest('hex'))
  })
  s.on('error', () => done(null))
})
