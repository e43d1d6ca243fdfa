// The built console behind a server that answers the API from memory: enough for every page to show what it shows in a real
// office. What is asked for and not answered is an error of the test.
import { createServer } from 'node:http'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' }
const hex = (c) => c.repeat(64)
const at = (days, hours = 0) => new Date(Date.now() + days * 86400_000 + hours * 3600_000).toISOString().slice(0, 19) + 'Z'
const envelope = (payload) => ({ payload: Buffer.from(JSON.stringify(payload)).toString('base64'), payloadType: 'x', signatures: [{ keyid: hex('a'), sig: 'AA==' }] })
const both = (zh, en) => ({ zh, en })

const ROLES = ['contributor', 'reviewer', 'publisher', 'administrator', 'duty', 'operate', 'inspect']
const me = { account: 'a1', login: 'zhang', name: '张晓', unit: 'u1', roles: ROLES, must_change: false, second_factor: true, second_factor_needed: false, recovery_codes: 8, csrf: 'c' }
const units = [['u1', '', '500119', '南川区反诈中心', 'u0/u1/'], ['u2', 'u1', '500119001', '东城街道派出所', 'u0/u1/u2/'], ['u3', 'u1', '500119002', '南城街道派出所', 'u0/u1/u3/']]
  .map(([id, parent, code, name, path]) => ({ id, parent, code, name, path, review_steps: 2, review_hours: 24, checklist: true }))
const item = (id, kind, title, state, more = {}) => ({
  id, unit: 'u1', kind, title, fraud_kind: 'fake_police', exposes: 'method', tags: ['fake_police', 'method', 'elderly'], version: 1, state, processing: 'ready', revision: 3, author: 'a2', source: hex('b'),
  source_name: `${title}.bin`, source_length: 2_400_000, source_mime: 'image/png', created: at(-3), updated: at(-1), ...more,
})
const items = [
  item('i1', 'poster', '接到自称公检法的电话先挂断', 'approved'), item('i2', 'video', '退款骗局三步走', 'first', { version: 2 }), item('i3', 'bulletin', '刷单返利案例通报', 'final', { tags: [] }),
  item('i4', 'slogan', '不轻信、不透露、不转账', 'draft', { author: 'a1' }), item('i5', 'audio', '村口广播：养老骗局', 'approved'), item('i6', 'layout', '大厅 L 形版式', 'approved'),
  item('i7', 'warning', '假冒燃气公司上门', 'approved'), item('i8', 'poster', '损坏的海报', 'draft', { processing: 'failed', author: 'a1', failure: { type: '', title: '', status: 422, code: 'media_broken', params: {}, ...both('文件损坏，请重新导出。', 'The file is damaged; export it again.') } }),
  item('i9', 'poster', '刷单返利是诈骗', 'draft', { author: 'a1' }), item('i10', 'bulletin', '冒充客服案例', 'first', { tags: [] }),
]
/** Sizes that the branch's screens told, and the pictures of an item for other shapes than its own. */
const shapes = [[1920, 1080, 12, '一楼大屏'], [1080, 1920, 5, '门口竖屏'], [3840, 640, 3, '广场条屏'], [1366, 768, 2, '银行网点'], [1280, 720, 2, '酒店客房'], [2048, 256, 1, '门楣条屏'], [768, 1024, 1, '电梯二号'], [960, 960, 1, '方屏']]
  .map(([width, height, n, example]) => ({ width, height, shape: width >= 3 * height ? 'strip' : width < height ? 'portrait' : 'landscape', screens: n, example }))
const variant = (shape, width, height, more = {}) => ({ shape, author: 'a2', source: hex('d'), source_name: `${shape}.png`, source_length: 1_900_000, source_mime: 'image/png', width, height, processing: 'ready', created: at(-2), ...more })
const unused = { type: '', title: '', status: 422, code: 'variant_unused', params: {}, ...both('本单位没有“strip”形状的屏幕，这个版本不会在任何屏幕上播放；请先登记屏幕或去掉该版本。', 'No screen of this branch has the shape strip, so this variant would be shown nowhere; enrol such a screen first or leave the variant out.') }
const variants = { i1: [variant('portrait', 1080, 1920)], i2: [variant('portrait', 1080, 1920, { source_mime: 'video/mp4', source_name: '竖屏.mp4' })], i9: [variant('strip', 3840, 640, { warning: unused })] }
const detail = (id) => {
  const i = items.find((x) => x.id === id)
  const film = i.kind === 'video' || i.kind === 'audio'
  return {
    item: i, jobs: [], renditions: i.kind === 'layout' ? [] : [{ profile: film ? (i.kind === 'audio' ? 'audio' : '720p') : 'still-1080p', sha256: hex('c'), length: 900_000, mime: 'image/png', width: film ? 1280 : 1920, height: film ? 720 : 1080, duration_ms: film ? 62_000 : 0 }, ...(variants[id] ?? []).map((v) => ({ profile: `${v.shape}-1080p`, sha256: hex('d'), length: 700_000, mime: v.source_mime, width: v.width, height: v.height, duration_ms: film ? 62_000 : 0 }))], variants: variants[id] ?? [],
    decisions: i.state === 'draft' ? [] : [{ act: 'submit', from: 'draft', to: 'first', at: at(-2), comment: '', account: 'a2' }, { act: 'back', from: 'first', to: 'draft', at: at(-1.5), comment: '[0:05] 号码没有遮住。\n请重新上传。', account: 'a3', holder: 'reviewer-1' }],
    ...(i.state === 'approved' || i.state === 'final' ? { approval_id: 'ap-' + id, signatures: { needed: 2, holders: i.state === 'final' ? ['reviewer-1'] : ['reviewer-1', 'reviewer-2'] } } : {}),
  }
}
const layout = { schema: 1, type: 'layout', name: '大厅', variants: [{ shape: 'any', zones: [{ id: 'm', kind: 'main', x: 0, y: 0, w: 780, h: 920 }, { id: 's', kind: 'side', x: 780, y: 0, w: 220, h: 920 }, { id: 't', kind: 'ticker', x: 0, y: 920, w: 1000, h: 80 }] }] }
const sites = [
  { id: 's1', unit: 'u1', name: '区政务服务大厅', region: '500119', venue: '904', zone: 'Asia/Shanghai', keeper: '老周', keeper_phone: '023-12345678', address: '人民路 1 号' },
  { id: 's2', unit: 'u2', name: '东城街道办事处', region: '500119001', venue: '904', zone: 'Asia/Urumqi', keeper: '小李', keeper_phone: '023-87654321' },
]
const screen = (id, name, more = {}) => ({
  id, site: 's1', site_name: '区政务服务大厅', name, state: 'active', device: hex('d'), enrolled: at(-20), seen: at(0, -0.002), online: true, clone_alarm: false, keeper: '老周', keeper_phone: '023-12345678',
  status: { version: '0.1.0', freshness: 'fresh', clock: 'attested', playing: 'ap-i1', set_version: 9, withdrawals: 3, alarms: [], free_mb: 18_000, spool: 0, tzdata: '2025b' }, ...more,
})
const screens = [screen('k1', '一楼大屏'), screen('k2', '二楼电梯', { online: false, seen: at(-1) }), screen('k3', '门口竖屏', { status: { freshness: 'stale1', alarms: [{ code: 'store_full', at: at(-1), detail: '剩余 80 MB', count: 3 }] } })]
const approvals = { 'ap-i1': { item: 'i1', title: items[0].title }, 'ap-i5': { item: 'i5', title: items[4].title } }
const campaign = {
  id: 'c1', unit: 'u1', name: '全民反诈宣传', state: 'active', class: 'campaign', layer: 'main', weight: 2, from: at(-5).slice(0, 10), until: at(20).slice(0, 10), revision: 2, dayparts: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '20:00' }],
  items: [{ item: 'i1', ms: 10_000 }, { item: 'i5', ms: 62_000 }], target: { unit: 'u1', venues: ['904'] },
}
const alert = { id: 'al1', unit: 'u1', title: '假冒燃气公司上门', item: 'i7', target: { unit: 'u1' }, minutes: 30, drill: true, version: 1, state: 'active', issued: at(0, -0.1), expires: at(0, 0.4) }
const tags = [['fraud', '诈骗类型', 'Kind of fraud', [['fake_police', '冒充公检法', 'Fake police']]], ['audience', '人群', 'Audience', [['elderly', '老年人', 'Elderly'], ['students', '学生', 'Students']]], ['law', '法律', 'Law', [['anti_fraud_law', '反电信网络诈骗法', 'Anti-fraud law']]]]
const root = { _type: 'root', version: 1, expires: at(500), keys: { [hex('1')]: { holder: 'officer-1' }, [hex('2')]: { holder: 'officer-2' }, [hex('3')]: { holder: 'officer-3' }, [hex('9')]: { holder: 'server' } }, roles: { root: { keyids: [hex('1'), hex('2'), hex('3')], threshold: 2 }, timestamp: { keyids: [hex('9')], threshold: 1 } } }
const reviewers = {
  _type: 'reviewers', version: 1, issued: at(-9), expires: at(300), keys: { [hex('4')]: { holder: 'reviewer-1' }, [hex('5')]: { holder: 'reviewer-2' }, [hex('6')]: { holder: 'duty-1' }, [hex('7')]: { holder: 'renew' } },
  approve: [{ group: 'office', keyids: [hex('4'), hex('5')], threshold: 2, regions: ['500119'], venues: ['*'], kinds: ['*'] }], withdraw: { keyids: [hex('4'), hex('5'), hex('6')], threshold: 1 }, renew: { keyids: [hex('7')], threshold: 1 },
}
const withdrawals = { _type: 'withdrawals', epoch: 1, version: 3, issued: at(-1), expires: at(44), items: [{ approval_id: 'ap-old', at: at(-1), until: at(100), by: 'duty-1', reason: 'fact_error' }] }
const setup = (done) => ({
  organisation: { done: true, unit: 'u1', code: '500119', name: '南川区反诈中心', units: 3 },
  certificate: { done, kind: done ? 'office_ca' : 'self_signed', names: ['fanzha.example'], expires: at(700), fingerprint: hex('e'), ...(done && { ca_fingerprint: hex('f') }), screens: done ? 3 : 0 },
  accounts: { done, count: 4, roles: { contributor: 1, reviewer: 2, publisher: 1, administrator: 1 } }, keys: { done, root_version: done ? 1 : 0, reviewers_version: done ? 1 : 0 }, screens: { done, count: done ? 3 : 0 },
})
const accounts = [['a1', 'zhang', '张晓', ROLES, ''], ['a2', 'wenyuan', '文员小陈', ['contributor'], ''], ['a3', 'shenhe1', '初审老林', ['reviewer'], 'reviewer-1'], ['a4', 'shenhe2', '终审老赵', ['reviewer', 'publisher'], 'reviewer-2']]
  .map(([id, login, name, roles, holder]) => ({ id, login, name, unit: 'u1', roles, holder, enabled: true, must_change: id === 'a2', created: at(-30) }))
const sessions = [{ id: 'x1', created: at(-1), seen: at(0), address: '10.1.2.3', agent: 'Mozilla/5.0 (Windows NT 10.0) Chrome/120 Edg/120', current: true }, { id: 'x2', created: at(-3), seen: at(-2), address: '10.1.2.9', agent: 'Mozilla/5.0 (X11; Linux) Firefox/128', current: false }]
const packs = [['original', 'ready'], ['screen', 'ready'], ['chat', 'offered'], ['audio', 'unavailable'], ['print-a4', 'making'], ['print-a3', 'offered'], ['text', 'ready']]
  .map(([pack, state]) => ({ pack, name: pack, state, ...(state === 'ready' && { bytes: 1_200_000 }), ...(state === 'making' && { progress_permille: 420 }), ...(state === 'unavailable' && { why: both('图片没有声音。', 'A picture has no sound.') }), ...(pack === 'text' && { text: '接到自称公检法的电话先挂断，拨打96110核实。' }) }))
const expiries = [['withdrawals', 'withdrawals', '撤回清单', 9], ['campaign', 'c1', '全民反诈宣传', 20], ['certificate', 'certificate', 'fanzha.example', 28], ['approval', 'i1', items[0].title, -1]]
  .map(([what, id, name, days]) => ({ what, id, name, days, ends: at(days), remedy: both('请按运维手册处理。', 'See the guide of the operator.') }))

/** What publishing would change: of several screens, of one, and without another item. */
const preview = {
  screens: 9, unchanged: 2, elsewhere: 1, warnings: [both('“二楼电梯”没有能放的画面。', 'The screen 二楼电梯 has nothing that it can show.')],
  changes: [{ screens: 7, names: ['一楼大屏', '二楼电梯', '门口竖屏', '银行网点', '酒店客房'], added: [items[0].title, items[4].title], removed: ['旧海报'] }, { screens: 1, names: ['广场条屏'], added: [], removed: ['旧海报'] }, { screens: 1, names: ['电梯二号'], added: [], removed: [] }],
}
const offer = (id, item, from, to, state, more = {}) => ({ id, item, from, to, note: '各街道都能用。', state, by: 'a2', at: at(-1), answer: '', decided_by: '', ...more })
const offers = [offer('o1', 'i5', 'u2', 'u1', 'waiting'), offer('o2', 'i1', 'u1', 'u0', 'waiting'), offer('o3', 'i7', 'u1', 'u0', 'declined', { answer: '号码没有遮住，改好再报。', decided_by: 'a9', decided: at(-0.5) }), offer('o4', 'i9', 'u3', 'u1', 'accepted', { decided_by: 'a4', decided: at(-2) })]

/** What the API says to GET, by path; a function gets the rest of the path. `state` can be changed by a test. */
export function answers(state) {
  const slot = { campaign: 'c1', name: '全民反诈宣传', approvals: ['ap-i1', 'ap-i5'], share_permille: 667 }
  return {
    '/v1/session': () => (state.loggedIn ? me : null), '/v1/units': () => ({ units }), '/v1/accounts': () => ({ accounts }), '/v1/session/sessions': () => ({ sessions }), '/v1/accounts/*/sessions': () => ({ sessions }),
    '/v1/session/tokens': () => ({ tokens: [{ id: 't1', name: '月报脚本', roles: ['inspect'], created: at(-9), expires: at(80) }] }), '/v1/tags': () => ({ groups: tags.map(([group, zh, en, list]) => ({ group, zh, en, tags: list.map(([id, z, e]) => ({ id, zh: z, en: e })) })) }),
    '/v1/items': (q) => ({ items: q.get('shared') ? [item('i11', 'poster', '市局统一海报', 'approved', { unit: 'u0' })] : items.filter((i) => (!q.get('state') || i.state === q.get('state')) && (!q.get('kind') || i.kind === q.get('kind')) && (!q.get('text') || i.title.includes(q.get('text')))) }),
    '/v1/items/*': (q, id) => detail(id), '/v1/items/*/packs': () => ({ packs }), '/v1/items/*/renditions/source': (q, id) => (id === 'i6' ? layout : id === 'i10' ? { type: 'bulletin', title: '冒充客服案例', how: ['受害人张伟接到电话'], signs: [], advice: ['拨打 023-71234567 核实'], source: '南川区反诈中心' } : { type: 'slogan' }),
    '/v1/items/*/shares': () => ({ shares: [{ unit: 'u2', by: 'a4', at: at(-1) }] }), '/v1/items/*/diff': () => ({ from: 1, to: 2, lines: [{ op: ' ', text: 'title: 退款骗局' }, { op: '-', text: 'text: 损失 5 万元' }, { op: '+', text: 'text: 损失约 5 万元' }] }),
    '/v1/reviews': () => ({ queue: [{ item: items[1], step: 'first', act: 'pass', since: at(-2), deadline: at(-1), overdue: true, checklist: ['facts'] }, { item: items[2], step: 'final', act: 'sign', since: at(-1), deadline: at(1), overdue: false, checklist: [] }] }),
    '/v1/errors': () => ({ errors: [{ code: 'store_full', status: 507, ...both('本机存储空间不够存放 {what}；请加大存储配额，或减少播放内容。', 'The store has no room for {what}; give it more, or play less.') }] }), '/v1/shapes': () => ({ shapes }), '/v1/campaigns': () => ({ campaigns: [campaign] }), '/v1/campaigns/*': () => campaign, '/v1/sites': () => ({ sites }), '/v1/screens': (q) => ({ screens: screens.filter((s) => !q.get('seen_before') || s.seen < q.get('seen_before')), approvals }), '/v1/screens/*': (q, id) => screens.find((s) => s.id === id) ?? screens[0],
    '/v1/screens/*/schedule': () => ({ at: at(0), zone: 'Asia/Shanghai', local: '10:00', next_change: at(0, 3), playing: [slot], others: [{ ...slot, name: '夜间活动', ...both('现在不在时段内。', 'Not within its hours.') }], approvals }),
    '/v1/alerts': () => ({ alerts: [alert] }), '/v1/alerts/*': () => ({ ...alert, confirmed: 1, screens: [{ screen: 'k1', name: '一楼大屏', online: true, state: 'drill', at: at(0) }, { screen: 'k2', name: '二楼电梯', online: false, state: 'none' }, { screen: 'k3', name: '门口竖屏', online: true, state: 'refused', code: 'approval_expired', at: at(0) }] }),
    '/v1/withdrawals': () => envelope(withdrawals), '/v1/withdrawals/unconfirmed': () => ({ version: 3, screens: [screens[1]] }), '/v1/approvals/*': () => envelope({ predicate: { title: '旧海报', valid_until: at(90) } }),
    '/v1/trust/root': () => envelope(root), '/v1/trust/reviewers': () => envelope(reviewers), '/v1/trust/online-key': () => ({ keyid: hex('9'), scheme: 'ed25519', public: hex('9') }), '/v1/metadata/1.root.json': () => envelope(root),
    '/v1/plays/rollups': () => ({ rollups: [{ approval: 'ap-i1', screen: 'k1', hour: at(-1), plays: 120, completed: 118, presented_ms: 1_200_000, frames: 36_000 }], approvals, names: { k1: '一楼大屏' } }),
    '/v1/plays': () => ({ plays: [{ screen: 'k1', device: hex('d'), counter: 1, id: 'p1', approval: 'ap-i1', sha256: hex('c'), zone: 'main', started: at(-1), end: 'completed', presented_ms: 10_000, frames: 300, clock: 'attested' }], next: 0, approvals, names: { k1: '一楼大屏' } }),
    '/v1/publish': () => state.preview, '/v1/offers': (q) => ({ offers: offers.filter((o) => !q.get('state') || o.state === q.get('state')) }),
    '/v1/setup': () => setup(state.setUp), '/v1/expiries': () => ({ expiries }), '/v1/audit': () => ({ entries: [{ seq: 2, at: at(-1), actor: 'a1', action: 'item.submit', object: 'i2', refused: false, details: '{}', prev: hex('0'), hash: hex('1') }, { seq: 1, at: at(-2), actor: '?', action: 'session.login', object: 'zhang', refused: true, details: '{}', prev: hex('0'), hash: hex('1') }] }),
    '/v1/storage': () => ({ disk: { total: 500e9, free: 220e9 }, databases: [{ name: 'fanzha.db', bytes: 31e6 }], blobs: { count: 210, bytes: 12e9, orphans: 2, orphan_bytes: 9e6 }, packs: { count: 8, bytes: 2e8, limit: 2e9 }, backup: { at: at(-2), files: 240, bytes: 12e9 }, units: [{ unit: 'u1', name: '南川区反诈中心', used: 9e9, limit: 20e9 }] }),
    '/v1/search': (q) => ({ groups: q.get('q').length < 2 ? [] : [{ group: 'items', more: true, hits: [{ id: 'i1', title: items[0].title, note: 'approved', unit: 'u1' }] }, { group: 'screens', more: false, hits: [{ id: 'k1', title: '一楼大屏', note: '区政务服务大厅', unit: 'u1' }] }] }),
  }
}

const FINDINGS = [['name', '张伟', '张某'], ['phone', '13812345678', '138****5678'], ['phone', '023-71234567', '023****']].map(([kind, text, masked]) => ({ kind, text, masked }))
const POSTERS = join(dirname(fileURLToPath(import.meta.url)), '../../../content-samples/posters')
const SAMPLES = { i1: 'fake-police.webp', i9: 'fake-police.webp', i3: 'three-noes.png', i7: '96110-landscape.png', k1: 'fake-police.webp', k3: 'dating.jpg' }
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="270"><rect width="480" height="270" fill="#0b3a82"/><text x="240" y="150" fill="#fff" font-size="56" text-anchor="middle">96110</text></svg>'

/** Serves until it is closed; `unanswered` holds every request of the API that had no answer, `state.asked` all of them. */
export async function mockedServer(folder) {
  const state = { loggedIn: false, setUp: true, preview, bytes: 0, sent: [], asked: [] }
  const table = Object.entries(answers(state)).map(([path, make]) => [new RegExp('^' + path.replace(/[.]/g, '\\.').replace(/\*/g, '([^/]+)') + '$'), make])
  const unanswered = new Set()
  const file = (request, response, path) => {
    const name = join(folder, path === '/' ? 'index.html' : path)
    if (path.includes('..') || !existsSync(name)) return response.writeHead(404).end()
    const packed = existsSync(name + '.br') && /\bbr\b/.test(request.headers['accept-encoding'] ?? '')
    const body = readFileSync(packed ? name + '.br' : name)
    state.bytes += body.length
    response.writeHead(200, { 'Content-Type': TYPES[name.split('.').pop()] ?? 'application/octet-stream', 'Content-Security-Policy': POLICY, ...(packed && { 'Content-Encoding': 'br' }) }).end(body)
  }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://x')
    if (!pathname.startsWith('/v1/')) return file(request, response, pathname)
    state.asked.push(request.url)
    if (/\/(thumbnail|shot|renditions\/(?!source))/.test(pathname)) {
      const sample = /renditions\/portrait-/.test(pathname) ? 'dating.jpg' : SAMPLES[pathname.split('/')[3]]
      return response.writeHead(200, { 'Content-Type': sample ? 'image/' + sample.split('.').pop() : 'image/svg+xml' }).end(request.method === 'HEAD' ? '' : sample ? readFileSync(join(POSTERS, sample)) : PICTURE)
    }
    if (pathname === '/v1/preview') return response.writeHead(200, { 'Content-Type': 'image/svg+xml', 'Preview-Pages': '2' }).end(PICTURE)
    const json = (status, body) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    if (request.method === 'POST' && pathname === '/v1/session') {
      state.loggedIn = true
      return json(200, { token: 't', csrf: 'c', me })
    }
    if (request.method !== 'GET') {
      let text = ''
      request.on('data', (d) => (text += d)).on('end', () => {
        state.sent.push(`${request.method} ${pathname} ${text}`)
        if (pathname === '/v1/privacy') return json(200, { findings: FINDINGS.filter((f) => JSON.parse(text).text.includes(f.text)) })
        json(200, items[0])
      })
      return
    }
    for (const [test, make] of table) {
      const found = pathname.match(test)
      if (!found) continue
      const body = make(searchParams, ...found.slice(1))
      return body ? json(200, body) : json(401, { type: '', title: '', status: 401, code: 'unauthenticated', params: {}, ...both('请先登录', 'log in') })
    }
    if (pathname !== '/v1/events') unanswered.add(pathname)
    json(404, { type: '', title: '', status: 404, code: 'not_found', params: {}, ...both('没有', 'none') })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${server.address().port}`, state, unanswered, close: () => new Promise((done) => server.closeAllConnections() ?? server.close(done)) }
}
