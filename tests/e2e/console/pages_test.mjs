// Every page of the console in a real browser over a mocked API: axe in both languages and at three sizes of type, the main jobs by
// keyboard, the weight of the library page and how soon it can be used on a slow computer.
// Usage: node pages_test.mjs CONSOLE [zh:normal ...] [work]     (without words: all of it; FZ_WEB_WORK where the console was built, FZ_SHOTS pictures of every page to look at)
import assert from 'node:assert/strict'
import { deflateRawSync } from 'node:zlib'
import { mockedServer } from './mocked.mjs'
import { openBrowser, Person } from './person.mjs'

const MOST_BYTES = 300_000
const SOON_MS = 1500
const WAITING_MS = 250 // for the network and other threads: 230 measured
const server = await mockedServer(process.argv[2])
const wrong = []
/** Said at once: a run that is cut short has told what it saw. */
const blame = (...found) => found.forEach((w) => wrong.includes(w) || (wrong.push(w), console.error('  ' + w)))
const step = (text) => console.error(text)
let browser

const PAGES = {
  start: '/', library: '/library', poster: '/items/i1', film: '/items/i2', bulletin: '/items/i3', draft: '/items/i4', sound: '/items/i5', layout: '/items/i6', 'draft-poster': '/items/i9', 'names-review': '/items/i10', write: '/write', 'write-bulletin': '/write?type=bulletin',
  'write-warning': '/write?type=warning', 'write-speech': '/write?type=speech', review: '/review', offers: '/review?tab=offers', 'library-shared': '/library?shared=true', playlist: '/playlist', campaign: '/playlist/c1', air: '/air', site: '/air?site=s1', screen: '/screens/k1', 'screen-alarm': '/screens/k3', takedown: '/takedown',
  alerts: '/alerts', alert: '/alerts/al1', plays: '/plays', 'plays-single': '/plays?view=single', 'plays-dark': '/plays?view=dark', sessions: '/sessions', help: '/help', units: '/admin?tab=units', accounts: '/admin?tab=accounts', trust: '/admin?tab=trust',
  expiries: '/admin?tab=expiries', audit: '/admin?tab=audit', storage: '/admin?tab=storage', 'setup-office': '/setup?step=office', 'setup-certificate': '/setup?step=certificate', 'setup-people': '/setup?step=people',
  'setup-keys': '/setup?step=keys', 'setup-screen': '/setup?step=screen', 'print-site': '/print/site/s1', 'print-install': '/print/install/s1', 'print-screen': '/print/screen/k1', 'print-ceremony': '/print/ceremony', 'second-factor': '/second-factor', password: '/password',
}
async function dress(p, language, type) {
  await p.page.evaluate(([l, t]) => (localStorage.setItem('language', l), localStorage.setItem('type', t)), [language, type])
  await p.page.reload()
  await p.page.locator('main h1').first().waitFor() // an address that changes while the first page is on its way would be lost
}
/** Nothing of a page may stick out sideways: who sees little would have to scroll in two directions (WCAG 1.4.10). */
const sticksOut = (p) => p.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

async function everyPage(p, language, type) {
  step(`${language} ${type}: ${Object.keys(PAGES).length} pages`)
  await dress(p, language, type)
  for (const [name, page] of Object.entries(PAGES)) {
    await p.page.goto(`${server.url}/#${page}`)
    await p.page.locator('main h1').first().waitFor()
    await p.page.waitForLoadState('networkidle')
    blame(...(await p.axe(`${language} ${type} ${page}`)))
    const out = await sticksOut(p)
    if (out > 1) blame(`${language} ${type} ${page}: ${out} pixels too wide`)
    await p.picture(`${name}-${language}-${type}`, true)
  }
}

/** One of the people who go through the pages beside each other, each in a browser context of their own. */
async function lane(looks) {
  for (let look = looks.shift(); look; look = looks.shift()) {
    const p = await Person.come(browser, server.url)
    await p.page.goto(server.url) // the mocked server knows one person, who has logged in above
    await p.page.getByText('您好').first().waitFor({ timeout: 20_000 })
    await everyPage(p, ...look.split(':'))
    blame(...(await p.leave()))
  }
}

// By the page itself: when the tiles are painted and the main thread is free again. The eyes of a test cost a slow computer a fifth of a
// second, so nothing else looks before.
const tellUsable = () => new MutationObserver((_all, watcher) => {
  if (!document.querySelector('.tile') || !document.querySelector('.filters input')) return
  watcher.disconnect()
  requestAnimationFrame(() => setTimeout(() => globalThis.usable(String(performance.now()))))
}).observe(document, { childList: true, subtree: true })

/** The library as somebody sees it who comes for the first time, on a computer four times slower than this one. */
async function loadOnce() {
  const p = await Person.come(browser, server.url) // a browser context of its own: nothing is warm
  const q = p.page
  const cdp = await p.context.newCDPSession(q)
  await cdp.send('Runtime.enable')
  await cdp.send('Runtime.addBinding', { name: 'usable' })
  await cdp.send('Network.enable')
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true })
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  await q.addInitScript(tellUsable)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  const told = new Promise((done) => cdp.once('Runtime.bindingCalled', (e) => done(Number(e.payload))))
  server.state.bytes = 0
  server.state.asked = []
  const begun = Date.now()
  await q.goto(server.url + '/#/library')
  const page = await told
  const bytes = server.state.bytes
  const { metrics } = await cdp.send('Performance.getMetrics')
  // A click in the field of the search is answered by the page.
  await q.locator('.filters input').first().click()
  await q.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))))
  const clicked = Date.now() - begun
  const asked = server.state.asked.filter((a) => !/thumbnail|events/.test(a))
  assert.deepEqual(asked.sort(), ['/v1/items?limit=60', '/v1/session', '/v1/tags', '/v1/units'], 'each is asked for once, and nothing else')
  blame(...(await p.leave()))
  return { bytes, cpu: Math.round(metrics.find((m) => m.name === 'TaskDuration').value * 1000), page: Math.round(page), clicked }
}

async function firstLoad() {
  const first = await Person.come(browser, server.url)
  await first.page.goto(server.url)
  await first.page.locator('#login-name').waitFor()
  await first.login('zhang', 'x')
  await first.page.getByText('您好').first().waitFor()
  blame(...(await first.leave()))
  const runs = []
  for (let n = 0; n < 5; n++) runs.push(await loadOnce())
  const best = (what) => Math.min(...runs.map((r) => r[what]))
  const bytes = Math.max(...runs.map((r) => r.bytes))
  console.log(JSON.stringify({ library_first_load_bytes: bytes, library_cpu_ms_4x: best('cpu'), library_usable_ms_4x: best('page'), library_clicked_ms_4x: best('clicked'), runs }))
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`)
  // What the main thread works does not depend on who else uses this machine; the rest of the goal is for waiting.
  assert.ok(best('cpu') + WAITING_MS <= SOON_MS, `${best('cpu')} ms of work`)
  // A busy machine is slower than the goal; the figure above is what counts, this only finds what has gone wrong.
  assert.ok(best('page') <= SOON_MS * Number(process.env.FZ_SLACK ?? 4), `${best('page')} ms`)
  const p = await Person.come(browser, server.url)
  await p.page.goto(server.url)
  await p.page.getByText('您好').first().waitFor()
  return p
}

/** Pages that are told of news look at nothing by themselves; news, and a channel that breaks, make them look. */
async function noPolling() {
  step('no page asks while the live channel is open')
  const p = await Person.come(browser, server.url)
  const { page } = p
  const channels = []
  await page.routeWebSocket(/\/v1\/events$/, (socket) => void channels.push(socket))
  await page.clock.install()
  const beats = async (times) => {
    for (let n = 0; n < times; n++) {
      await page.clock.runFor(15_000)
      channels.at(-1).send(JSON.stringify({ topic: 'beat' }))
    }
  }
  for (const [path, topic] of [['/', 'items'], ['/library', 'items'], ['/review', 'reviews'], ['/air', 'screens'], ['/takedown', 'screens'], ['/alerts', 'alerts']]) {
    await p.go(path)
    await beats(1)
    await stands()
    await beats(6)
    const asked = server.state.asked.filter((a) => !/thumbnail|shot/.test(a)) // pictures of the first look that come late
    if (asked.length) blame(`${path} asks by itself: ${asked}`)
    channels.at(-1).send(JSON.stringify({ topic }))
    await looks(page, path, 500)
    await stands()
  }
  server.state.asked = []
  await channels.at(-1).close({ code: 1011 })
  await looks(page, '/alerts without a channel', 45_000)
  blame(...(await p.leave()))
}
/** Until nothing has been asked for half a second. */
async function stands() {
  do {
    server.state.asked = []
    await new Promise((done) => setTimeout(done, 500))
  } while (server.state.asked.length)
}
async function looks(page, what, ms) {
  server.state.asked = []
  for (let n = 0; n < 20 && !server.state.asked.length; n++) {
    await page.clock.runFor(ms)
    await new Promise((done) => setTimeout(done, 50))
  }
  if (!server.state.asked.length) blame(`${what}: does not look again`)
}

async function byKeyboard(p) {
  step('the main jobs by keyboard alone')
  const { page } = p
  const key = (...keys) => keys.reduce((before, k) => before.then(() => page.keyboard.press(k)), Promise.resolve())
  const tabTo = async (selector, most = 60) => {
    for (let n = 0; n < most; n++) {
      await key('Tab')
      if (await page.evaluate((s) => document.activeElement?.matches(s) || !!document.activeElement?.closest(s), selector)) return
    }
    throw new Error(`the Tab key does not lead to ${selector}`)
  }
  await dress(p, 'zh', 'normal')
  await p.go('/')
  await key('Control+k')
  await page.locator('[data-test=search]:focus').waitFor()
  await page.keyboard.type('公检')
  await page.locator('.found li').first().waitFor()
  blame(...(await p.axe('search')))
  await p.picture('search-zh-normal')
  await key('ArrowDown', 'Enter')
  await page.waitForURL(/screens\/k1/)
  await key('/')
  await page.locator('[data-test=search]').waitFor()
  await key('Escape')
  await page.locator('[data-test=search]').waitFor({ state: 'hidden' })
  await key('F1')
  await page.locator('.el-drawer').waitFor()
  await page.waitForTimeout(400)
  blame(...(await p.axe('help drawer')))
  await p.picture('help-drawer-zh-normal')
  await key('Escape')
  await page.locator('.el-drawer').waitFor({ state: 'hidden' })

  await p.go('/library')
  await page.locator('.tile').nth(3).waitFor()
  await tabTo('.tile:nth-child(1) .pickbox')
  await key('Space')
  await tabTo('.tile:nth-child(4) .pickbox')
  await page.keyboard.down('Shift')
  await key('Space')
  await page.keyboard.up('Shift')
  await page.getByText('已选 4 条').waitFor()
  blame(...(await p.axe('library with a choice')))
  await p.picture('library-chosen-zh-normal')

  await p.go('/library')
  await tabTo('[data-test=tag-filter]')
  await key('Enter')
  await page.locator('.el-select-dropdown__item:visible').first().waitFor()
  await key('ArrowDown', 'Enter', 'Escape')
  await page.waitForURL(/tag=elderly/)
  await tabTo('.who')
  await key('Enter')
  await page.locator('#own-lines a:focus').waitFor()
  await p.picture('own-menu-zh-normal')
  await key('Escape')
  await page.locator('.who:focus').waitFor()
  await key('Enter', 'ArrowDown', 'Enter')
  await page.waitForURL(/password/)

  await p.go('/items/i2')
  await page.locator('#comment').waitFor()
  await tabTo('#comment')
  await page.keyboard.type('画面清楚')
  for (const point of ['political', 'legal', 'facts', 'privacy', 'wording', 'pictures']) {
    await tabTo(`[data-test=check-${point}]`)
    await key('Space')
  }
  await tabTo('[data-test=pass]')
  await key('Enter')
  await waitSent('POST /v1/items/i2/review', (body) => body.act === 'pass' && body.comment.endsWith('画面清楚') && body.checked.length === 6)

  await p.go('/write?type=slogan')
  await page.locator('#text').waitFor()
  await tabTo('#text')
  await page.keyboard.type('张伟被骗，手机13812345678')
  await page.locator('[data-test=masks-text] li', { hasText: '张某' }).waitFor()
  assert.ok(await page.evaluate(() => document.activeElement?.id === 'text'), 'what is found takes the focus away')
  blame(...(await p.axe('findings while typing')), ...(await sticksOut(p)) > 1 ? ['findings too wide'] : [])
  await p.picture('write-found-zh-normal')
  await tabTo('[data-test=masks-text] button')
  await key('Enter')
  await page.locator('[data-test=masks-text] li').nth(1).waitFor({ state: 'detached' })
  await tabTo('[data-test=mask-all]')
  await key('Enter')
  assert.equal(await page.inputValue('#text'), '张某被骗，手机138****5678')
  await page.locator('[data-test=masks-text]').waitFor({ state: 'detached' })

  await p.go('/items/i9')
  await page.locator('[data-test=more-sizes]').waitFor()
  await page.locator('.sizes .el-radio-button', { hasText: '3840×640' }).click()
  await page.locator('[data-test=which]', { hasText: '条屏版' }).waitFor()
  const box = await page.locator('[data-test=screen]').boundingBox()
  assert.ok(Math.abs(box.width / box.height - 6) < 0.1, `a box of ${box.width} by ${box.height}`)
  await p.picture('strip-zh-normal', true)

  await p.go('/playlist/c1')
  await page.locator('[data-test=entry]').nth(1).waitFor()
  await tabTo('[aria-label^="下移"]')
  await key('Enter')
  await page.locator('[data-test=entry]', { hasText: '公检法' }).and(page.locator('[data-test=entry]:nth-child(2)')).waitFor()
}
async function waitSent(what, fits) {
  for (let n = 0; n < 50; n++) {
    const found = server.state.sent.find((s) => s.startsWith(what + ' '))
    if (found) return assert.ok(fits(JSON.parse(found.slice(what.length + 1))), found)
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`not sent: ${what}; ${server.state.sent.join('\n')}`)
}

/** An .xlsx as office programs write it: parts packed. */
function workbook(rows) {
  const row = (r, n) => `<row r="${n + 1}">${r.map((c, k) => `<c r="${'ABCDEF'[k]}${n + 1}" t="inlineStr"><is><t>${c}</t></is></c>`).join('')}</row>`
  const name = Buffer.from('xl/worksheets/sheet1.xml')
  const raw = Buffer.from(`<worksheet><sheetData>${rows.map(row).join('')}</sheetData></worksheet>`)
  const data = deflateRawSync(raw)
  const common = Buffer.alloc(20)
  common.writeUInt16LE(8, 0)
  for (const [value, at] of [[data.length, 10], [raw.length, 14]]) common.writeUInt32LE(value, at)
  common.writeUInt16LE(name.length, 18)
  const head = Buffer.concat([Buffer.from('504b030414000000', 'hex'), common, Buffer.alloc(2), name, data])
  const directory = Buffer.concat([Buffer.from('504b01021400140000 00'.replace(' ', ''), 'hex'), common, Buffer.alloc(16), name])
  const end = Buffer.alloc(22)
  end.write('504b0506', 'hex')
  for (const at of [8, 10]) end.writeUInt16LE(1, at)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(head.length, 16)
  return Buffer.concat([head, directory, end])
}
async function table(p) {
  step('a spreadsheet is shown before it is sent')
  await p.go('/admin?tab=accounts')
  await p.press('从表格导入账号')
  const [template] = await p.page.locator('.el-dialog:visible a[download]').all()
  assert.match(await template.getAttribute('href'), /templates\/accounts\.xlsx$/)
  await p.page.locator('.el-dialog:visible input[type=file]').setInputFiles({ name: '人员.xlsx', mimeType: 'x', buffer: workbook([['账号', '姓名'], ['wen', '文员小陈']]) })
  await p.page.locator('[data-test=rows] td', { hasText: '文员小陈' }).waitFor()
  blame(...(await p.axe('import')))
  await p.picture('import-zh-normal')
  await p.press('取消')
}

async function publishing(p) {
  step('before anything is published its changes are shown')
  for (const [language, type] of [['zh', 'normal'], ['en', 'huge']]) {
    await dress(p, language, type)
    await p.go('/playlist')
    await p.page.locator('.title .el-button--success').click()
    await p.page.locator('[data-test=preview] li').nth(2).waitFor()
    await p.page.waitForTimeout(400)
    blame(...(await p.axe(`${language} ${type} publishing`)))
    const [text, root] = await p.page.evaluate(() => [[...document.querySelectorAll('.el-dialog__body')].find((d) => d.checkVisibility()), document.documentElement].map((e) => getComputedStyle(e).fontSize))
    assert.equal(text, root, 'letters in a dialog grow with all others')
    await p.picture(`publishing-${language}-${type}`)
    await p.page.keyboard.press('Escape')
  }
  assert.deepEqual(server.state.sent.filter((s) => s.includes('/v1/publish')), [], 'looking publishes nothing')
}

async function typedStays(p) {
  step('what was typed is there after a reload')
  const { page } = p
  await dress(p, 'zh', 'normal') // the pages before may have left it in English
  p.context.setDefaultTimeout(20_000)
  await p.go('/write?type=bulletin')
  await page.fill('#heading', '假冒客服退款')
  await page.fill('#how', '对方说要退款')
  await p.go('/items/i2')
  await page.fill('#comment', '第二段要改')
  await p.go('/air')
  await p.press('新建点位')
  await page.fill('#sname', '新点位')
  await page.reload()
  await p.press('新建点位')
  assert.equal(await page.inputValue('#sname'), '新点位')
  await p.go('/items/i2')
  assert.equal(await page.locator('#comment').inputValue(), '第二段要改')
  await p.go('/write')
  assert.equal(await page.inputValue('#heading'), '假冒客服退款')
  await p.go('/library')
  await p.press('上传内容')
  await page.setInputFiles('[data-test=files]', [{ name: '反诈海报.png', mimeType: 'image/png', buffer: Buffer.from('x') }, { name: '讲稿.pptx', mimeType: 'x', buffer: Buffer.from('x') }])
  await page.fill('#title0', '社区反诈海报')
  blame(...(await p.axe('upload form')))
  await p.picture('upload-zh-normal')
  await page.waitForTimeout(700)
  await page.reload()
  await page.locator('#title0').waitFor()
  assert.equal(await page.inputValue('#title0'), '社区反诈海报')
  await p.press('取消')
}

try {
  browser = await openBrowser()
  const p = await firstLoad()
  const wanted = process.argv.slice(3)
  const all = ['zh:normal', 'en:normal', 'zh:huge', 'en:huge']
  const looks = wanted.length ? wanted.filter((w) => w.includes(':')) : [...all]
  await Promise.all([lane(looks), lane(looks)])
  if (!wanted.length || wanted.includes('work')) {
    await typedStays(p)
    await table(p)
    await publishing(p)
    await byKeyboard(p)
    await noPolling()
  }
  blame(...(await p.leave()), ...[...server.unanswered].map((u) => `no answer for ${u}`))
  assert.deepEqual([...new Set(wrong)], [])
  step('all as it should be')
} catch (why) {
  console.error(why)
  console.error([...new Set(wrong)].join('\n'))
  process.exitCode = 1
} finally {
  await browser?.close().catch(() => undefined)
  await server.close()
}
