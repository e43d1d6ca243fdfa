// The console with the real server, real keys and a headless screen, by the hands of four people: a file is uploaded over a link
// that breaks, reviewed, signed by two fz-approve, planned, seen at the screen's tap, found in the plays, withdrawn, gone.
// Usage: node console_test.mjs TREE     (FZ_BIN_DIR programs, FZ_WEB_WORK where the console was built, FZ_SHOTS pictures for the guide)
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint, freePort, Programs, waitFor } from './programs.mjs'
import { openBrowser, Person } from './person.mjs'

const tree = process.argv[2]
const samples = join(tree, 'content-samples')
const programs = new Programs(process.env.FZ_BIN_DIR)
const port = await freePort()
const url = `https://127.0.0.1:${port}`
const passwords = { admin: 'guan li yuan 96110 zhen', wenyuan: 'wen yuan 96110 zhen', shenhe1: 'shen he yi 96110 zhen', shenhe2: 'shen he er 96110 zhen' }
const title = '接到自称公检法的电话先挂断'
const started = Date.now()
const step = (text) => console.error(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`)
const wrong = []
let browser
const apps = {} // the authenticator of each person who has one

async function office() {
  step('the server, its first administrator, the keys')
  const config = programs.write('server.toml', '[organisation]\ncode = "500119"\nname = "南川区反诈中心"\n')
  programs.start('server', 'fz-server', '--config', config, '--data', programs.path('server'), '--listen', `127.0.0.1:${port}`)
  const pin = await waitFor('the server answers', 60, () => fingerprint(port))
  browser = await openBrowser()
  const admin = await Person.come(browser, url)
  await admin.login('admin', readFileSync(programs.path('server', 'admin-password'), 'utf8').trim())
  await admin.page.locator('#fresh').waitFor() // the first password must be changed, and nothing else is to be had before
  await admin.page.fill('#old', readFileSync(programs.path('server', 'admin-password'), 'utf8').trim())
  await admin.page.fill('#fresh', passwords.admin)
  await admin.page.fill('#again', passwords.admin)
  await admin.click('button[type=submit]')
  apps.admin = await admin.secondFactor(passwords.admin)
  await admin.says('还没有导入根密钥文件')
  await admin.go('/admin?tab=trust')
  await admin.page.locator('section .mono').waitFor()
  const online = (await admin.page.locator('section .mono').textContent()).trim()
  programs.run('fz-keys', 'ceremony', '--demo', '--online-key', online, '--region', '500119', '--out', programs.path('keys'))
  await admin.file(0, programs.path('keys', '1.root.json'))
  await waitFor('the root is taken', 30, async () => (await admin.page.getByText('尚未导入').count()) === 2)
  await admin.file(1, programs.path('keys', 'reviewers.json'))
  await admin.says('reviewer-1')
  await admin.file(2, programs.path('keys', 'withdrawals.json'))
  await waitFor('the withdrawals are taken', 30, async () => (await admin.page.getByText('尚未导入').count()) === 0)
  step('accounts and a site, by their forms')
  await admin.go('/admin?tab=accounts')
  const people = [['wenyuan', '文员小陈', [], ''], ['shenhe1', '初审老林', ['审核员'], 'reviewer-1'], ['shenhe2', '终审老赵', ['审核员', '发布员'], 'reviewer-2']]
  for (const [login, name, roles, holder] of people) {
    await admin.press('新建账号')
    await admin.page.fill('#alogin', login)
    await admin.page.fill('#aname', name)
    const box = (role) => admin.page.locator('#account .el-checkbox', { hasText: new RegExp(`^${role}$`) })
    if (roles.length) await box('文员').click()
    for (const role of roles) await box(role).click()
    if (holder) await admin.page.fill('#aholder', holder)
    await admin.page.fill('#apassword', passwords[login] + ' first')
    await admin.press('保存')
    await admin.page.locator('#account').waitFor({ state: 'hidden' })
    await admin.page.locator('tr', { hasText: login }).waitFor()
  }
  await admin.go('/air')
  await admin.press('新建点位')
  await admin.page.fill('#sname', '区政务服务大厅')
  await admin.page.fill('#skeeper', '老周')
  await admin.page.fill('#sphone', '023-12345678')
  await admin.press('保存')
  await admin.page.locator('#site').waitFor({ state: 'hidden' })
  return { admin, pin }
}

/** A person's first login: the password that the administrator told them is changed at once. */
async function first(login) {
  const p = await Person.come(browser, url)
  await p.login(login, passwords[login] + ' first')
  await p.page.fill('#old', passwords[login] + ' first')
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
  await clerk.login('wenyuan', passwords.wenyuan)
  await clerk.press('上传内容')
  await clerk.page.setInputFiles('[data-test=files]', join(samples, 'posters/fake-police.webp'))
  await clerk.page.fill('#title0', title)
  await clerk.choose('[data-test=kind]', '冒充公检法')
  await clerk.picture('upload')
  await clerk.click('[data-test=submit]')
  await clerk.page.locator('[data-stage=submitted]').waitFor()
  assert.ok(clerk.clicks <= 6, `${clerk.clicks} clicks`)

  step('slides and an empty file are named before they are sent; a duplicate is recognised')
  await clerk.press('上传内容')
  const bad = [programs.write('讲稿.pptx', 'x'), programs.write('空.png', '')]
  await clerk.page.setInputFiles('[data-test=files]', [...bad, join(samples, 'posters/fake-police.webp')])
  await clerk.says('幻灯片不能直接播放')
  await clerk.says('文件是空的')
  await clerk.says('本单位已有完全相同的文件')
  wrong.push(...(await clerk.axe('upload form')))
  await clerk.press('取消')

  step('a picture over a slow link that breaks; the page is closed and opened again in between')
  const cdp = await clerk.context.newCDPSession(clerk.page)
  const large = join(samples, 'posters/dating.jpg')
  await cdp.send('Network.enable')
  const link = (offline, bytes) => cdp.send('Network.emulateNetworkConditions', { offline, latency: 20, downloadThroughput: -1, uploadThroughput: bytes })
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
  const offsets = (await clerk.page.evaluate(async () => (await (await fetch('/v1/items?limit=5')).json()).items.map((i) => [i.title, i.source_length])))
  assert.deepEqual(offsets.find(([t]) => t === '网恋对象带你投资，多半是骗局'), ['网恋对象带你投资，多半是骗局', readFileSync(large).length])

  step('a slogan with its preview; a session that ended loses nothing')
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
  await clerk.go('/library')
  await waitFor('pictures of all three', 180, () => clerk.page.evaluate(() => [...document.querySelectorAll('.tile .thumb img')].filter((i) => i.naturalWidth > 0).length === 3))
  await clerk.picture('library')
  await clerk.page.fill('.filters input', '公检') // two characters find it
  await waitFor('one is found', 20, async () => (await clerk.page.locator('.tile').count()) === 1)
  return clerk
}

async function review(pin) {
  step('the first reviewer passes it')
  const one = await first('shenhe1')
  await one.go('/review')
  await one.picture('review')
  await one.page.locator('.queue li', { hasText: title }).getByRole('button').click()
  await one.page.locator('.preview img').waitFor()
  await one.page.fill('#comment', '事实、措辞无误')
  await one.picture('item-review')
  wrong.push(...(await one.axe('item in review')))
  for (const box of await one.page.locator('.checklist .el-checkbox').all()) await one.click(box)
  await one.click('[data-test=pass]')
  await one.says('审核员签名：已有 0 个，需要 2 个')
  const id = one.page.url().split('/').pop()

  step('she signs online, her colleague with a package and its files, offline')
  const profile = programs.path('shenhe1.profile.json')
  programs.run('fz', '--profile', profile, 'login', '--server', url, '--pin', pin, '--login', 'shenhe1', '--password-file', programs.write('p1', passwords.shenhe1), '--code', await apps.shenhe1.code())
  programs.run('fz-approve', '--profile', profile, '--item', id, '--key', programs.path('keys', 'reviewer-1.key.json'), '--yes', '--no-play')
  const two = await first('shenhe2')
  await two.go('/items/' + id)
  await two.says('审核员签名：已有 1 个，需要 2 个')
  const [download] = await Promise.all([two.page.waitForEvent('download'), two.press('下载审核包')])
  const file = programs.path('package.json')
  await download.saveAs(file)
  mkdirSync(programs.path('blobs'))
  for (const r of JSON.parse(readFileSync(file, 'utf8')).renditions) {
    const bytes = await (await two.context.request.get(`${url}/v1/items/${id}/renditions/${r.profile}`)).body()
    writeFileSync(programs.path('blobs', r.sha256), bytes)
  }
  programs.run('fz-approve', '--item', file, '--blobs', programs.path('blobs'), '--key', programs.path('keys', 'reviewer-2.key.json'), '--reviewers', programs.path('keys', 'reviewers.json'), '--yes', '--no-play', '--out', programs.path('signed.json'))
  await two.file(0, programs.path('signed.json'))
  await two.says('不差什么，可以编排播放')
  assert.deepEqual(await one.leave(), [])
  return { two, id }
}

async function screen(admin) {
  step('a screen shows its code; it is enrolled')
  programs.start('screen', 'fz-screen', '--listen', programs.path('screen.sock'), '--size', '640x360', '--sink', 'headless', '--preview', programs.folder, '--tap', programs.path('tap.jsonl'))
  await waitFor('the screen listens', 60, () => existsSync(programs.path('screen.sock')))
  programs.start('agent', 'fz-agent', '--server', url, '--pin', await fingerprint(port), '--root', programs.path('keys', '1.root.json'), '--data', programs.path('agent'), '--screen-socket', programs.path('screen.sock'))
  const code = await waitFor('the code', 60, () => existsSync(programs.path('agent', 'enrolment.json')) && JSON.parse(readFileSync(programs.path('agent', 'enrolment.json'), 'utf8')).code)
  await admin.go('/air')
  await admin.press('登记新屏幕')
  await admin.page.fill('#ecode', code.toLowerCase())
  await admin.page.fill('#ename', '一楼大屏')
  await admin.picture('enrol')
  wrong.push(...(await admin.axe('enrolment form')))
  await admin.page.locator('button[form=enrol]').click()
  await admin.page.locator('.tile', { hasText: '一楼大屏' }).waitFor()
}

async function plan(two, id) {
  step('a campaign, by its form')
  await two.press('编排播放')
  await two.page.locator('[data-test=entry]').waitFor()
  await two.page.fill('#cname', '全民反诈宣传')
  await two.page.locator('[data-test=entry] input').fill('3')
  await two.picture('campaign')
  wrong.push(...(await two.axe('campaign')))
  await two.click('[data-test=activate]')
  await two.click('[data-test=publish]')
  await two.page.locator('[data-test=summary]', { hasText: '1 块屏幕收到新的播放单' }).waitFor()
  await two.page.locator('.el-dialog:visible').getByRole('button', { name: '关闭', exact: true }).click()
  const approval = (await (await two.context.request.get(`${url}/v1/items/${id}`)).json()).approval_id
  return approval
}

const tapped = () => (existsSync(programs.path('tap.jsonl')) ? readFileSync(programs.path('tap.jsonl'), 'utf8') : '').split('\n').slice(0, -1).filter((l) => l.trim()).map((l) => JSON.parse(l))

async function air(admin, two) {
  step('it is on the screen, and the table of plays says so')
  await waitFor('frames of the item at the tap', 120, () => tapped().some((f) => f.play))
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
  await waitFor('a play in the table', 120, async () => {
    if (await two.page.locator('[data-test=plays] tbody tr', { hasText: title }).count()) return true
    await two.page.reload()
    return false
  }, 3000)
  await two.picture('plays')
  const month = new Date().toISOString().slice(0, 7)
  const sheet = await two.context.request.get(`${url}/v1/plays/report?month=${month}&format=xlsx`)
  assert.equal((await sheet.body()).subarray(0, 2).toString(), 'PK')
  const csv = await (await two.context.request.get(`${url}/v1/plays/report?month=${month}&format=csv`)).text()
  assert.match(csv, new RegExp(`"${title}","一楼大屏"`))
}

async function withdraw(two, approval) {
  step('withdrawn, and gone from the screen')
  await two.go('/takedown')
  await two.choose('main .el-select', title)
  await two.page.locator('code', { hasText: approval }).waitFor()
  const command = (await two.page.locator('code').textContent()).trim().split(/\s+/)
  const value = (name) => command[command.indexOf(name) + 1]
  programs.run('fz-keys', 'withdraw', '--withdrawals', programs.path('keys', 'withdrawals.json'), '--key', programs.path('keys', 'duty-1.key.json'), '--approval', value('--approval'), '--until', value('--until'), '--out', programs.path('keys', 'withdrawals.json'))
  await two.file(0, programs.path('keys', 'withdrawals.json'))
  await two.page.locator('[data-test=confirmed]', { hasText: '第 2 版' }).waitFor({ timeout: 60_000 })
  await two.picture('takedown')
  const last = tapped().filter((f) => f.play).pop().t_ms
  await two.page.waitForTimeout(4000)
  const after = tapped().filter((f) => f.t_ms > last + 2000)
  assert.ok(after.length > 10, 'the tap goes on')
  assert.deepEqual(after.filter((f) => f.play), [], 'nothing of it is shown any more')
}

/** Every page in both languages and with large type: nothing that axe finds, no contrast that it cannot judge. */
async function accessible(admin, two, id) {
  step('every page in both languages, with axe')
  await admin.go('/admin?tab=accounts')
  await admin.picture('admin')
  const screenId = (await (await admin.context.request.get(`${url}/v1/screens`)).json()).screens[0].id
  const pages = ['/', '/library', `/items/${id}`, '/review?tab=done', '/playlist', '/air', `/screens/${screenId}`, '/takedown', '/plays', '/help']
  const mine = ['/admin?tab=accounts', '/admin?tab=units', '/admin?tab=trust', '/admin?tab=audit']
  for (const language of ['zh', 'en']) {
    for (const [person, list] of [[two, pages], [admin, mine]]) {
      await person.page.evaluate((l) => localStorage.setItem('language', l), language)
      await person.page.evaluate((l) => localStorage.setItem('type', l === 'en' ? 'large' : 'normal'), language)
      for (const page of list) {
        await person.go(page)
        if (page === list[0]) await person.page.reload()
        wrong.push(...(await person.axe(`${language} ${page.replace(/[0-9a-f-]{30,}/, '…')}`)))
      }
    }
  }
  await two.go('/')
  await two.picture('start-en-large')
}

try {
  const { admin, pin } = await office()
  const clerk = await upload()
  const { two, id } = await review(pin)
  await screen(admin)
  const approval = await plan(two, id)
  await air(admin, two)
  await admin.go('/')
  await admin.page.waitForTimeout(800)
  await admin.picture('start')
  await withdraw(two, approval)
  await accessible(admin, two, id)
  for (const p of [clerk, admin, two]) wrong.push(...(await p.leave()))
  const keyboard = await Person.come(browser, url)
  step('login by the keyboard alone')
  await keyboard.page.goto(url)
  await keyboard.page.locator('#login-name').waitFor()
  wrong.push(...(await keyboard.axe('login')))
  await keyboard.page.keyboard.type('wenyuan')
  await keyboard.page.keyboard.press('Tab')
  await keyboard.page.keyboard.type(passwords.wenyuan)
  await keyboard.page.keyboard.press('Enter')
  await keyboard.says('您好')
  wrong.push(...(await keyboard.leave()))
  assert.deepEqual(wrong, [])
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
