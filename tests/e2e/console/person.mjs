// A person at the console: a browser of their own, clicks that are counted, and an eye for what nobody should have to bear.
import { createRequire } from 'node:module'
import { mkdirSync, readFileSync } from 'node:fs'
import { createHmac } from 'node:crypto'
import { join } from 'node:path'

const require = createRequire(join(process.env.FZ_WEB_WORK, 'package.json'))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

export async function openBrowser(...more) {
  return chromium.launch({ executablePath: process.env.FZ_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--lang=zh-CN', ...more], env: { ...process.env, LANG: 'C.UTF-8', LANGUAGE: 'zh_CN' } })
}

/** The codes of an authenticator app (RFC 6238), none of them twice: the server takes each step once, and one step ahead. */
export class Authenticator {
  constructor(secret) {
    this.text = secret.replace(/\s/g, '')
    const bits = [...this.text].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
    this.key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
    this.last = 0
  }
  async code() {
    const now = () => Math.floor(Date.now() / 30_000)
    this.last = Math.max(this.last + 1, now())
    while (this.last > now() + 1) await new Promise((done) => setTimeout(done, 500))
    const step = Buffer.alloc(8)
    step.writeBigUInt64BE(BigInt(this.last))
    const mac = createHmac('sha1', this.key).update(step).digest()
    return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
  }
}

export class Person {
  static async come(browser, url, { language = 'zh' } = {}) {
    const p = new Person()
    p.url = url
    p.context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1366, height: 860 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
    p.context.setDefaultTimeout(Number(process.env.FZ_PATIENCE ?? 180) * 1000)
    p.page = await p.context.newPage()
    p.wrong = []
    p.clicks = 0
    // Nothing may go wrong in the page, break its own policy, or be fetched from anywhere else.
    p.page.on('pageerror', (e) => p.wrong.push(`error: ${e.message}`))
    p.page.on('console', (m) => /Content Security Policy|violates/.test(m.text()) && p.wrong.push(m.text()))
    p.page.on('request', (r) => /^https?:/.test(r.url()) && !r.url().startsWith(url) && p.wrong.push(`asks another machine: ${r.url()}`))
    await p.page.addInitScript((l) => localStorage.getItem('language') ?? localStorage.setItem('language', l), language)
    return p
  }
  async login(name, password) {
    await this.page.goto(this.url + '/')
    await this.page.fill('#login-name', name)
    await this.page.fill('#login-password', password)
    await this.click('button[type=submit]')
  }
  /** The second factor that is asked for before anything else: secret, first code, recovery codes. */
  async secondFactor(password) {
    await this.page.fill('#factor-password', password)
    await this.click('button[type=submit]')
    const app = new Authenticator(await this.page.locator('[data-test=secret]').textContent())
    await this.picture('second-factor')
    await this.page.fill('#factor-code', await app.code())
    await this.click('button[type=submit]')
    await this.page.locator('[data-test=recovery] li').first().waitFor()
    await this.click('[data-test=finish]')
    return app
  }
  async click(where) {
    this.clicks++
    await (typeof where === 'string' ? this.page.locator(where).first() : where).click()
  }
  button(name) {
    return this.page.getByRole('button', { name, exact: true }).first()
  }
  async press(name) {
    await this.click(this.button(name))
  }
  async go(hash) {
    await this.page.goto(this.url + '/#' + hash)
    await this.page.locator('main h1').first().waitFor()
  }
  async choose(selector, option) {
    await this.click(selector)
    await this.click(this.page.locator('.el-select-dropdown__item:visible', { hasText: option }).first())
  }
  async file(n, path) {
    await this.page.locator('input[type=file][data-test=file]').nth(n).setInputFiles(path)
  }
  says(text, seconds = 120) {
    return this.page.getByText(text).first().waitFor({ timeout: seconds * 1000 })
  }
  async picture(name, whole = false) {
    if (!process.env.FZ_SHOTS) return
    mkdirSync(process.env.FZ_SHOTS, { recursive: true })
    await this.quiet()
    await this.page.screenshot({ path: join(process.env.FZ_SHOTS, name + '.png'), fullPage: whole })
  }
  // Messages and animations gone, pictures there.
  async quiet() {
    await this.page.waitForFunction(() => !document.querySelector('.el-message') && [...document.images].every((i) => i.complete), null, { timeout: 15_000 }).catch(() => undefined)
    await this.page.waitForTimeout(350)
  }
  /** What axe finds on the page as it stands: violations, and contrast that it could not judge. */
  async axe(what) {
    await this.quiet()
    await this.page.evaluate(axe)
    const found = await this.page.evaluate(async () => {
      // An open dialog is all that there is: what lies under its veil waits.
      const dialog = [...document.querySelectorAll('.el-dialog, .el-drawer')].find((d) => d.checkVisibility())
      const r = await window.axe.run(dialog ?? document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', ...(dialog ? [] : ['best-practice'])], resultTypes: ['violations', 'incomplete'] })
      const brief = (list) => list.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + n.html.slice(0, 120) + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)
      // An empty field shows no letters whose contrast could be wrong.
      const unsure = r.incomplete.filter((v) => v.id === 'color-contrast').map((v) => ({ ...v, nodes: v.nodes.filter((n) => !/has no value/.test(n.any[0]?.message)) }))
      return [...brief(r.violations), ...brief(unsure.filter((v) => v.nodes.length))]
    })
    return found.map((f) => `${what}: ${f}`)
  }
  async leave() {
    await this.context.close()
    return this.wrong
  }
}
