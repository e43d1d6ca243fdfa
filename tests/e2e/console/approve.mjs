// A reviewer's own computer: the HTML form of fz-approve in a browser of its own that has no network.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openBrowser } from './person.mjs'

export class ReviewersPc {
  /** `page`: fz-approve.html; `folder`: the stick that goes between the two computers. */
  static async on(page, folder) {
    const pc = new ReviewersPc()
    pc.browser = await openBrowser('--autoplay-policy=no-user-gesture-required')
    pc.context = await pc.browser.newContext({ acceptDownloads: true, viewport: { width: 1280, height: 900 } })
    await pc.context.setOffline(true)
    pc.context.setDefaultTimeout(240_000)
    pc.page = await pc.context.newPage()
    pc.asked = []
    pc.page.on('request', (r) => pc.asked.push(r.url()))
    mkdirSync(folder, { recursive: true })
    copyFileSync(page, join(folder, 'fz-approve.html'))
    pc.folder = folder
    await pc.page.goto(pathToFileURL(join(folder, 'fz-approve.html')).href)
    return pc
  }
  /** Opens a package with its blobs (name -> bytes), watches every second of it, signs, and saves the file that goes back. */
  async sign(name, packageText, blobs, { key, passphrase, reviewers, out }) {
    const stick = join(this.folder, name)
    mkdirSync(join(stick, 'blobs'), { recursive: true })
    writeFileSync(join(stick, 'package.json'), packageText)
    for (const [digest, bytes] of blobs) writeFileSync(join(stick, 'blobs', digest), bytes)
    await this.page.reload()
    await this.page.setInputFiles('#folder', stick)
    await this.page.setInputFiles('#files', reviewers)
    const item = this.page.locator('article[data-id]').first()
    await item.locator('video, img, table.text').first().waitFor()
    if (await item.locator('video').count()) await item.locator('video').evaluate((v) => ((v.muted = true), v.play()))
    const box = item.locator('input[type=checkbox]')
    await this.page.waitForFunction((e) => !e.disabled, await box.elementHandle())
    await box.check()
    await this.page.setInputFiles('#key-file', key)
    await this.page.locator('#key-name', { hasText: '…' }).waitFor()
    if (await this.page.locator('#passphrase').isEnabled()) await this.page.fill('#passphrase', passphrase)
    await this.page.click('#sign')
    await this.page.locator('#sign-note .good, #sign-note .bad').waitFor()
    assert.equal(await this.page.locator('#sign-note p').getAttribute('data-code'), null, 'signed')
    const [download] = await Promise.all([this.page.waitForEvent('download'), item.locator('a[download]').click()])
    await download.saveAs(out)
    return out
  }
  async close() {
    assert.deepEqual(this.asked.filter((u) => !/^(file|blob|data):/.test(u)), [], 'nothing was asked of a network')
    await this.browser.close()
  }
}
