// The console with the real server, a real key ceremony and a headless screen, by the hands of five people: the first hour by the
// wizard; files are uploaded over a link that breaks, reviewed, signed by the HTML form of fz-approve without a network, planned,
// seen at the screen's tap, found in the plays, withdrawn, gone.
// Usage: node console_test.mjs TREE     (FZ_BIN_DIR programs, FZ_HTML fz-approve.html, FZ_WEB_WORK where the console was built,
// FZ_SHOTS pictures for the guide)
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ReviewersPc } from './approve.mjs'
import { firstHour, passphrase } from './first_hour.mjs'
import { freePort, Programs, waitFor } from './programs.mjs'
import { Person } from './person.mjs'

const tree = process.argv[2]
const samples = join(tree, 'content-samples')
const programs = new Programs(process.env.FZ_BIN_DIR)
const port = await freePort()
const url = `https://127.0.0.1:${port}`
const passwords = { admin: 'guan li yuan 96110 zhen', wenyuan: 'wen yuan 96110 zhen', shenhe1: 'shen he yi 96110 zhen', shenhe2: 'shen he er 96110 zhen' }
const title = '接到自称公检法的电话先挂断'
const film = '退款骗局三步走'
const started = Date.now()
const seconds = (since) => Math.round((Date.now() - since) / 1000)
const step = (text) => console.error(`${String(seconds(started)).padStart(4)} s  ${text}`)
const wrong = []
const times = {}
let browser
let apps = {} // the authenticator of each person who has one
let firstPasswords = {}

/** A person's first login: the password that the administrator handed them is changed at once. */
async function first(login) {
  const p = await Person.come(browser, url)
  await p.login(login, firstPasswords[login])
  await p.page.fill('#old', firstPasswords[login])
  await p.page.fill('#fresh', passwords[login])
  await p.page.fill('#again', passwords[login])
  await p.click('button[type=submit]')
  if (login !== 'wenyuan') apps[login] = await p.secondFactor(passwords[login]) // who only writes needs none
  await p.says('您好')
  return p
}

async function upload() {
  step('a poster: at most six clicks and two fields from the login to the review')
  await (await first('wenyuan')).leave()
  const clerk = await Person.come(browser, url)
  await clerk.page.goto(url)
  await clerk.page.locator('#login-name').waitFor()
  await clerk.picture('login')
  wrong.push(...(await clerk.axe('login')))
  await clerk.login('wenyuan', passwords.wenyuan)
  times.upload = Date.now()
  await clerk.press('上传内容')
  await clerk.page.setInputFiles('[data-test=files]', join(samples, 'posters/fake-police.webp'))
  await clerk.page.fill('#title0', title)
  assert.equal(await clerk.page.locator('.candidates em').count(), 2, 'two required fields')
  await clerk.choose('[data-test=kind]', '冒充公检法')
  await clerk.picture('upload')
  await clerk.click('[data-test=submit]')
  await clerk.page.locator('[data-stage=submitted]').waitFor()
  assert.ok(clerk.clicks <= 6, `${clerk.clicks} clicks`)

  step('a film; slides and an empty file are named before they are sent; a duplicate is recognised')
  const clip = programs.path('refund.mp4')
  execFileSync('ffmpeg', ['-v', 'error', '-ss', '3', '-t', '3', '-i', join(samples, 'videos/refund.mp4'), '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-c:a', 'aac', '-vf', 'scale=-2:360', clip], { timeout: 120_000 })
  await clerk.press('上传内容')
  const bad = [programs.write('讲稿.pptx', 'x'), programs.write('空.png', '')]
  await clerk.page.setInputFiles('[data-test=files]', [...bad, join(samples, 'posters/fake-police.webp'), clip])
  await clerk.says('幻灯片不能直接播放')
  await clerk.says('输出为图片')
  await clerk.says('文件是空的')
  await clerk.says('本单位已有完全相同的文件')
  wrong.push(...(await clerk.axe('upload form')))
  for (const name of ['讲稿.pptx', '空.png', 'fake-police.webp']) await clerk.page.getByLabel(`不上传 ${name}`).click()
  await clerk.page.locator('.candidates .el-input__inner').first().fill(film)
  await clerk.choose('[data-test=kind]', '冒充客服')
  await clerk.click('[data-test=submit]')

  step('a picture over a slow link that breaks; the page is closed and opened again in between')
  const cdp = await clerk.context.newCDPSession(clerk.page)
  const large = join(samples, 'posters/dating.jpg')
  await cdp.send('Network.enable')
  const link = (offline, bytes) => cdp.send('Network.emulateNetworkConditions', { offline, latency: 20, downloadThroughput: -1, uploadThroughput: bytes })
  await clerk.page.locator('[data-stage=submitted]').nth(1).waitFor({ timeout: 300_000 })
  await link(false, 40_000)
  await clerk.press('上传内容')
  await clerk.page.setInputFiles('[data-test=files]', large)
  await clerk.page.fill('#title0', '网恋对象带你投资，多半是骗局')
  await clerk.choose('[data-test=kind]', '婚恋交友')
  await clerk.click('[data-test=submit]')
  await clerk.page.locator('[data-stage=sending]').waitFor()
  await clerk.page.waitForTimeout(2500)
  await link(true, 0)
  await clerk.page.locator('[data-stage=offline], [data-stage=sending]').first().waitFor()
  await clerk.page.waitForTimeout(1000)
  await link(false, -1)
  await clerk.page.reload()
  await clerk.page.locator('[data-stage=submitted]').waitFor({ timeout: 180_000 })
  const lengths = await clerk.page.evaluate(async () => (await (await fetch('/v1/items?limit=5')).json()).items.map((i) => [i.title, i.source_length]))
  assert.equal(lengths.find(([t]) => t === '网恋对象带你投资，多半是骗局')?.[1], readFileSync(large).length)

  step('a slogan with its preview; a session that ended and a server that restarts lose nothing')
  await clerk.go('/write')
  await clerk.page.fill('#text', '96110来电，请立即接听！')
  await clerk.choose('#wkind', '综合')
  await clerk.page.locator('.preview img').waitFor()
  await clerk.picture('write')
  await clerk.context.clearCookies()
  await clerk.press('保存为草稿')
  await clerk.page.locator('.el-dialog #login-password').fill(passwords.wenyuan)
  await clerk.page.locator('.el-dialog button[type=submit]').click()
  await clerk.page.waitForURL(/items\//)
  await clerk.page.locator('h1', { hasText: '96110来电' }).waitFor()
  await clerk.go('/write')
  await clerk.page.fill('#text', '转账前先拨96110')
  await clerk.choose('#wkind', '综合')
  await programs.end('server')
  await clerk.press('保存为草稿')
  await clerk.says('连不上服务器')
  programs.start('server', 'fz-server', '--data', programs.path('server'), '--listen', `127.0.0.1:${port}`)
  await waitFor('the server again', 60, () => clerk.page.evaluate(() => fetch('/healthz').then((r) => r.ok, () => false)))
  assert.equal(await clerk.page.inputValue('#text'), '转账前先拨96110')
  await clerk.press('保存为草稿')
  await clerk.page.waitForURL(/items\//)

  step('found by two characters, chosen with Shift, tagged together')
  await clerk.go('/library')
  await waitFor('pictures of all five', 180, () => clerk.page.evaluate(() => [...document.querySelectorAll('.tile .thumb img')].filter((i) => i.naturalWidth > 0).length === 5))
  await clerk.click('.tile:nth-child(1) .pickbox')
  await clerk.page.locator('.tile:nth-child(2) .pickbox').click({ modifiers: ['Shift'] })
  await clerk.press('打标签')
  await clerk.page.locator('.el-dialog:visible .el-select').click()
  await clerk.page.locator('.el-select-dropdown__item:visible').first().click()
  await clerk.page.keyboard.press('Escape')
  await clerk.click('[data-test=add-tags]')
  await clerk.says('已更新 2 条的标签')
  await clerk.picture('library')
  await clerk.page.fill('.filters input', '公检')
  await waitFor('one is found', 20, async () => (await clerk.page.locator('.tile').count()) === 1)
  await clerk.page.keyboard.press('Control+k')
  await clerk.page.fill('[data-test=search]', '网恋')
  await clerk.page.locator('.found li', { hasText: '网恋对象' }).waitFor()
  await clerk.picture('search')
  await clerk.page.keyboard.press('Enter')
  await clerk.page.locator('h1', { hasText: '网恋对象' }).waitFor()
  return clerk
}

/** What a reviewer carries to her own computer: the package, and the bytes that it names. */
async function stickFor(person, id) {
  await person.go('/items/' + id)
  const [download] = await Promise.all([person.page.waitForEvent('download'), person.press('下载审核包')])
  await download.saveAs(programs.path('package.json'))
  const text = readFileSync(programs.path('package.json'), 'utf8')
  const blobs = []
  for (const r of JSON.parse(text).renditions) blobs.push([r.sha256, await (await person.context.request.get(`${url}/v1/items/${id}/renditions/${r.profile}`)).body()])
  return { text, blobs }
}

async function review() {
  step('the first reviewer passes the poster and the film, with a comment on a moment')
  const one = await first('shenhe1')
  const ids = []
  for (const [name, comment] of [[title, '事实、措辞无误'], [film, '']]) {
    await one.go('/review')
    await one.page.locator('.queue li', { hasText: name }).waitFor()
    if (comment) await one.picture('review')
    await one.page.locator('.queue li', { hasText: name }).getByRole('button').click()
    await one.page.locator('.preview img, .preview video').first().waitFor()
    if (comment) await one.page.fill('#comment', comment)
    else {
      await one.page.locator('.preview video').evaluate((v) => new Promise((done) => ((v.ontimeupdate = done), (v.currentTime = 1.2))))
      await one.click('[data-test=moment]')
      assert.match(await one.page.inputValue('#comment'), /^\[0:01\] /)
    }
    await one.picture(comment ? 'item-review' : 'film-review')
    wrong.push(...(await one.axe('item in review')))
    for (const box of await one.page.locator('.checklist .el-checkbox').all()) await one.click(box)
    await one.click('[data-test=pass]')
    await one.says('审核员签名：已有 0 个，需要 2 个')
    ids.push(one.page.url().split('/').pop())
  }
  await one.page.locator('.timeline .moment', { hasText: '[0:01]' }).click()
  await waitFor('the film at that moment', 20, () => one.page.locator('.preview video').evaluate((v) => Math.abs(v.currentTime - 1) < 0.1 && v.paused))

  step('both sign with the HTML form, each in a browser of their own without a network')
  const two = await first('shenhe2')
  for (const [n, person, holder, says] of [[1, one, 'reviewer-1', '审核员签名：已有 1 个，需要 2 个'], [2, two, 'reviewer-2', '不差什么，可以编排播放']]) {
    const pc = await ReviewersPc.on(process.env.FZ_HTML, programs.path('pc-' + n))
    for (const id of ids) {
      const { text, blobs } = await stickFor(person, id)
      const out = programs.path(`${holder}-${id}.json`)
      await pc.sign(id, text, blobs, { key: programs.path('keys', holder + '.key.json'), passphrase, reviewers: programs.path('keys', 'reviewers.json'), out })
      await person.file(0, out)
      await person.says(says)
    }
    await pc.close()
  }
  wrong.push(...(await one.leave()))
  return { two, ids }
}

async function plan(two, ids) {
  step('a campaign, by its form')
  await two.go('/items/' + ids[0])
  await two.press('编排播放')
  await two.page.locator('[data-test=entry]').waitFor()
  await two.page.fill('#cname', '全民反诈宣传')
  await two.page.locator('[data-test=entry] input').fill('3')
  await two.page.locator('.order.source li', { hasText: film }).getByRole('button').click()
  await waitFor('the film with its own length', 20, async () => Number(await two.page.locator('[data-test=entry] input').nth(1).inputValue()) <= 4)
  await two.picture('campaign')
  wrong.push(...(await two.axe('campaign')))
  await two.click('[data-test=activate]')
  await two.click('[data-test=publish]')
  await two.page.locator('[data-test=summary]', { hasText: '1 块屏幕收到新的播放单' }).waitFor()
  await two.page.locator('.el-dialog:visible').getByRole('button', { name: '关闭', exact: true }).click()
  return Promise.all(ids.map(async (id) => (await (await two.context.request.get(`${url}/v1/items/${id}`)).json()).approval_id))
}

const tapped = () => (existsSync(programs.path('tap.jsonl')) ? readFileSync(programs.path('tap.jsonl'), 'utf8') : '').split('\n').slice(0, -1).filter((l) => l.trim()).map((l) => JSON.parse(l))
const playsAtTheTap = () => new Set(tapped().filter((f) => f.play).map((f) => f.play))

async function air(admin, two) {
  step('poster and film are on the screen, and the table of plays says so')
  await waitFor('frames of an item at the tap', 120, () => playsAtTheTap().size > 0)
  console.log(JSON.stringify({ first_hour_s: seconds(times.begin), upload_to_air_s: seconds(times.upload) }))
  assert.ok(seconds(times.upload) <= 600, 'upload to on air within ten minutes')
  await admin.go('/air')
  await admin.page.locator('.tile', { hasText: title }).waitFor({ timeout: 120_000 })
  await admin.page.locator('.tile a').first().click()
  await admin.page.locator('[data-test=playing]', { hasText: '全民反诈宣传' }).waitFor()
  await admin.click('[data-test=shoot]')
  await waitFor('its picture', 60, () => admin.page.evaluate(() => document.querySelector('.shot img')?.naturalWidth > 0))
  await admin.picture('screen')
  await admin.go('/air')
  await admin.page.waitForTimeout(800)
  await admin.picture('air')
  await two.go('/plays')
  for (const name of [title, film]) {
    await waitFor(`plays of ${name} in the table`, 120, async () => {
      if (await two.page.locator('[data-test=plays] tbody tr', { hasText: name }).count()) return true
      await two.page.reload()
      return false
    }, 3000)
  }
  await two.picture('plays')
  const month = new Date().toISOString().slice(0, 7)
  const sheet = await two.context.request.get(`${url}/v1/plays/report?month=${month}&format=xlsx`)
  assert.equal((await sheet.body()).subarray(0, 2).toString(), 'PK')
  const csv = await (await two.context.request.get(`${url}/v1/plays/report?month=${month}&format=csv`)).text()
  for (const name of [title, film]) assert.match(csv, new RegExp(`"${name}","一楼大屏"`))
}

async function withdraw(two, [approval, filmApproval]) {
  step('withdrawn, and gone from the screen')
  await two.go('/takedown')
  await two.choose('main .el-select', title)
  await two.page.locator('code', { hasText: approval }).waitFor()
  const command = (await two.page.locator('code').textContent()).trim().split(/\s+/)
  const value = (name) => command[command.indexOf(name) + 1]
  programs.run('fz-keys', '--passphrase-file', programs.path('passphrase'), 'withdraw', '--withdrawals', programs.path('keys', 'withdrawals.json'), '--key', programs.path('keys', 'duty-1.key.json'), '--approval', value('--approval'), '--until', value('--until'), '--out', programs.path('keys', 'withdrawals.json'))
  await two.file(0, programs.path('keys', 'withdrawals.json'))
  await two.page.locator('[data-test=confirmed]', { hasText: '第 2 版' }).waitFor({ timeout: 60_000 })
  const gone = Date.now() + 1000
  await two.picture('takedown')
  // Records come in their order: once a later play of the film is known, every earlier one of the poster would be, too.
  const plays = async (a) => (await (await two.context.request.get(`${url}/v1/plays?approval=${a}&limit=1000`)).json()).plays
  await waitFor('a later play of the film', 120, async () => (await plays(filmApproval)).some((p) => Date.parse(p.started) > gone), 1000)
  const poster = await plays(approval)
  assert.ok(poster.length > 0, 'it was shown before')
  assert.deepEqual(poster.filter((p) => Date.parse(p.started) > gone), [], 'no play of it began')
  const ids = new Set(poster.map((p) => p.id))
  const after = tapped().filter((f) => f.t_ms > gone)
  assert.ok(after.some((f) => f.play), 'the film goes on')
  assert.equal(after.filter((f) => ids.has(f.play)).length, 0, 'nothing of it is seen any more')
}

/** Every page in both languages and with large type: nothing that axe finds, no contrast that it cannot judge. */
async function accessible(admin, two, id) {
  step('every page in both languages, with axe')
  await admin.go('/admin?tab=accounts')
  await admin.picture('admin')
  await admin.go('/admin?tab=audit')
  await admin.click('[data-test=verify]')
  await admin.page.locator('[data-test=verdict].green').waitFor()
  await admin.picture('audit')
  const screenId = (await (await admin.context.request.get(`${url}/v1/screens`)).json()).screens[0].id
  const siteId = (await (await admin.context.request.get(`${url}/v1/sites`)).json()).sites[0].id
  const pages = ['/', '/library', `/items/${id}`, '/review?tab=done', '/playlist', '/air', `/screens/${screenId}`, '/takedown', '/alerts', '/plays', '/sessions', '/help']
  const mine = ['/admin?tab=accounts', '/admin?tab=units', '/admin?tab=trust', '/admin?tab=expiries', '/admin?tab=audit', '/admin?tab=storage', '/setup?step=certificate', `/print/site/${siteId}`, `/print/install/${siteId}`]
  for (const language of ['zh', 'en']) {
    for (const [person, list] of [[two, pages], [admin, mine]]) {
      await person.page.evaluate(([l, t]) => (localStorage.setItem('language', l), localStorage.setItem('type', t)), [language, language === 'en' ? 'huge' : 'normal'])
      for (const page of list) {
        await person.go(page)
        if (page === list[0]) await person.page.reload()
        if (language === 'zh' && /expiries|storage|sessions|print|alerts/.test(page)) await person.picture(page.match(/expiries|storage|sessions|print.\w+|alerts/)[0].replace('/', '-'))
        wrong.push(...(await person.axe(`${language} ${page.replace(/[0-9a-f-]{30,}/, '…')}`)))
      }
    }
  }
  await two.go('/')
  await two.picture('start-en-large')
}

try {
  times.begin = Date.now()
  const office = await firstHour({ programs, port, url, passwords, note: step, wrong })
  browser = office.browser
  apps = office.apps
  firstPasswords = office.first
  const { admin } = office
  const clerk = await upload()
  const { two, ids } = await review()
  const approvals = await plan(two, ids)
  await air(admin, two)
  await admin.go('/')
  await admin.page.waitForTimeout(800)
  await admin.picture('start')
  await withdraw(two, approvals)
  await accessible(admin, two, ids[1])
  for (const p of [clerk, admin, two]) wrong.push(...(await p.leave()))
  assert.deepEqual([...new Set(wrong)], [])
  step('all as it should be')
} catch (why) {
  console.error(why)
  console.error([...new Set(wrong)].join('\n'))
  for (const context of browser?.contexts() ?? []) {
    for (const page of context.pages()) await page.screenshot({ path: programs.path(`failed-${Date.now()}.png`) }).catch(() => undefined)
  }
  for (const name of ['server', 'agent', 'screen']) console.error(`-- ${name}\n` + programs.log(name).split('\n').slice(-12).join('\n'))
  console.error(`folder kept: ${programs.folder}`)
  process.exitCode = 1
} finally {
  await browser?.close().catch(() => undefined)
  await programs.endAll(process.exitCode === 1)
}
