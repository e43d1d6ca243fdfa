// What publishing would change, and items between levels: handed up, taken over or declined, shared down.
import { afterEach, describe, expect, test, vi } from 'vitest'
import OfferList from '../src/parts/OfferList.vue'
import OfferUp from '../src/parts/OfferUp.vue'
import PublishDialog from '../src/parts/PublishDialog.vue'
import Library from '../src/views/Library.vue'
import { desk, problem, settle, show } from './desk'

afterEach(() => {
  document.body.innerHTML = ''
  vi.unstubAllGlobals()
})
const said = (place: ParentNode = document.body) => (place.textContent ?? '').replace(/\s+/g, ' ')

describe('before publishing', () => {
  const campaigns = { campaigns: [] }
  const preview = (more = {}) => ({ screens: 0, unchanged: 4, elsewhere: 0, changes: [], warnings: [], ...more })
  async function opened(answer: unknown) {
    const d = desk({ 'GET /v1/campaigns': campaigns, 'GET /v1/publish': answer, 'POST /v1/publish': { version: 2, screens: 3, cohorts: 1, warnings: [] } })
    const { w } = await show(PublishDialog, { modelValue: false })
    await w.setProps({ modelValue: true })
    await settle(20)
    return d
  }
  const button = () => document.querySelector<HTMLButtonElement>('[data-test=publish]')!

  test('each kind of change stands with its screens, what comes and what goes', async () => {
    const changes = [{ screens: 7, names: ['大厅', '门口'], added: ['新海报'], removed: ['旧海报'] }, { screens: 1, names: ['电梯'], added: [], removed: [] }]
    const d = await opened(preview({ screens: 3, unchanged: 2, elsewhere: 1, changes, warnings: [{ zh: '电梯没有声音。', en: 'No sound.' }] }))
    const text = said(document.querySelector('[data-test=preview]')!)
    expect(text).toContain('3 块屏会换节目单（2 块不变） 另有其他单位的 1 块屏也会换。')
    const rows = [...document.querySelectorAll('[data-test=preview] ul.lines > li')].map((l) => said(l))
    expect(rows[0]).toMatch(/大厅、门口 等 7 块.*＋ 新增 新海报.*－ 不再播放 旧海报/)
    expect(rows[1]).toMatch(/^电梯.*只是时段、顺序或规则变了/)
    expect(rows[1]).not.toContain('等 1 块')
    expect(text).toContain('电梯没有声音。')
    expect(d.posted('POST')).toEqual([])
    button().click()
    await settle()
    expect(d.posted('POST /v1/publish')).toHaveLength(1)
  })
  test('no change is said, and publishing stays possible', async () => {
    await opened(preview())
    expect(said(document.querySelector('[data-test=preview]')!)).toContain('没有变化')
    expect(button().disabled).toBe(false)
  })
  test('a preview that cannot be had is said in the words of the server, and keeps nobody from publishing', async () => {
    const d = await opened(problem('store_busy', 503))
    expect(said(document.querySelector('[role=alert]')!)).toContain('不行：store_busy 仍然可以发布。')
    button().click()
    await settle()
    expect(d.posted('POST /v1/publish')).toHaveLength(1)
  })
})

const at = '2026-11-25T08:00:00Z'
const item = (id: string, more = {}) => ({ id, unit: 'u1', kind: 'poster', title: '海报' + id, fraud_kind: 'general', exposes: 'method', tags: [], version: 1, state: 'approved', processing: 'ready', revision: 1, created: at, updated: at, ...more })
const offer = (id: string, more = {}) => ({ id, item: 'i' + id, from: 'u2', to: 'u1', note: '', state: 'waiting', by: 'a2', at, answer: '', decided_by: '', ...more })
/** The person's unit is u1; u0 and the city above it are not in the list that the server gives. */
const tree = [['u1', 'u0', 'city/u0/u1/'], ['u2', 'u1', 'city/u0/u1/u2/'], ['u3', 'u1', 'city/u0/u1/u3/'], ['u4', 'u2', 'city/u0/u1/u2/u4/']].map(([id, parent, path]) => ({ id, parent, code: '1', name: '单位' + id, path, review_steps: 2, review_hours: 0, checklist: true }))
const labels = (inside: string) => [...document.querySelectorAll(inside)].map((b) => said(b).trim())

describe('an item goes up', () => {
  test('it is offered to a unit above with a note, and what became of it is told', async () => {
    let offers: object[] = []
    const d = desk({ 'GET /v1/offers': () => ({ offers }), 'POST /v1/items/i1/offers': ({ body }: { body: string }) => (offers = [offer('1', { from: 'u1', to: JSON.parse(body).unit, note: JSON.parse(body).note })])[0] })
    d.session.units = tree
    const { w } = await show(OfferUp, { item: item('i1') })
    await settle()
    expect(labels('#offer-to option')).toEqual(['直接上级单位', '往上第 2 级单位'])
    await w.find('#offer-to').setValue('city')
    await w.find('#offer-note').setValue(' 各区都能用 ')
    await w.find('form').trigger('submit')
    await settle()
    expect(JSON.parse(d.posted('POST')[0].body)).toEqual({ unit: 'city', note: '各区都能用' })
    expect(w.find('form').exists()).toBe(false) // one at a time
    expect(w.text()).toContain('等待上级处理')
    offers = [offer('1', { from: 'u1', to: 'city', state: 'declined', answer: '号码没有遮住' })]
    const { w: later } = await show(OfferUp, { item: item('i1') })
    await settle()
    expect(later.text()).toContain('未采用')
    expect(later.text()).toContain('答复：号码没有遮住')
    expect(later.find('form').exists()).toBe(true)
  })
  test('nothing that is in review, and nothing of the highest unit', async () => {
    const d = desk({ 'GET /v1/offers': { offers: [] } })
    d.session.units = tree
    const { w } = await show(OfferUp, { item: item('i1', { state: 'first' }) })
    expect(w.find('form').exists()).toBe(false)
    d.session.units = [{ ...tree[0], parent: '', path: 'u1/' }]
    const { w: top } = await show(OfferUp, { item: item('i1') })
    expect(top.find('form').exists()).toBe(false)
  })
})

describe('what units below offer', () => {
  test('is taken over, or declined with an answer; what waits above is only shown', async () => {
    let offers = [offer('9', { state: 'accepted', to: 'u0', from: 'u1' }), offer('8'), offer('7'), offer('6', { to: 'u0', from: 'u1' })]
    const decide = (id: string) => ({ body }: { body: string }) => ((offers = offers.map((o) => (o.id === id ? { ...o, state: { accept: 'accepted', decline: 'declined' }[JSON.parse(body).act as 'accept'], answer: JSON.parse(body).answer ?? '' } : o))), offers[0])
    const d = desk({ 'GET /v1/offers': () => ({ offers }), 'GET /v1/items/i8': { item: item('i8') }, 'GET /v1/items/i7': { item: item('i7') }, 'PUT /v1/offers/8': decide('8'), 'PUT /v1/offers/7': decide('7') })
    d.session.units = tree
    const { w } = await show(OfferList)
    await settle(10)
    expect(labels('[data-test=ask] .name')).toEqual(['海报i8', '海报i7'])
    expect(w.findAll('[data-test=became]')).toHaveLength(2)
    expect(w.find('[data-test=decline]').attributes('disabled')).toBeDefined() // not without a word
    await w.find('[data-test=accept]').trigger('click')
    await settle(10)
    await w.find('#answer-7').setValue('已有同样的')
    await w.find('[data-test=decline]').trigger('click')
    await settle(10)
    expect(d.posted('PUT').map((s) => [s.path, JSON.parse(s.body)])).toEqual([['/v1/offers/8', { act: 'accept' }], ['/v1/offers/7', { act: 'decline', answer: '已有同样的' }]])
    expect(w.findAll('[data-test=ask]')).toHaveLength(0)
    expect(labels('[data-test=became]').join()).toContain('已有同样的')
  })
  test('only publishers decide', async () => {
    const d = desk({ 'GET /v1/offers': { offers: [offer('8')] }, 'GET /v1/items/i8': { item: item('i8') } })
    d.session.units = tree
    d.session.me!.roles = ['contributor']
    const { w } = await show(OfferList)
    await settle(10)
    expect(w.find('[data-test=accept]').exists()).toBe(false)
    expect(labels('[data-test=became]')).toHaveLength(1)
  })
})

describe('the library between levels', () => {
  const mine = [item('i1'), item('i2', { unit: 'u2' }), item('i3', { state: 'draft' })]
  const none = () => new Response(null, { status: 204 })
  test('several approved items are shared at once, with units that are below all of them', async () => {
    const puts = Object.fromEntries(['i1', 'i2'].map((i) => [`PUT /v1/items/${i}/shares/u4`, none]))
    const d = desk({ 'GET /v1/items': { items: mine }, 'GET /v1/tags': { groups: [] }, ...puts })
    d.session.units = tree
    const { w } = await show(Library, {}, '/library')
    await settle()
    for (const box of w.findAll('.pickbox')) await box.trigger('click')
    expect(w.find('[data-test=share]').text()).toBe('共享给下级（2）')
    await w.find('[data-test=share]').trigger('click')
    await vi.waitFor(() => expect(labels('.belows label')).toEqual(['单位u4']), 5000)
    document.querySelector<HTMLElement>('.belows input')!.click()
    await settle()
    document.querySelector<HTMLElement>('[data-test=share-all]')!.click()
    await settle(20)
    expect(d.posted('PUT').map((s) => s.path)).toEqual(['/v1/items/i1/shares/u4', '/v1/items/i2/shares/u4'])
  })
  test('what units above share is asked for by its filter, and is not shared on', async () => {
    const d = desk({ 'GET /v1/items': ({ url }: { url: URL }) => ({ items: url.searchParams.get('shared') === 'true' ? [item('i9', { unit: 'u0' })] : mine }), 'GET /v1/tags': { groups: [] } })
    d.session.units = tree
    const { w, router } = await show(Library, {}, '/library')
    await settle()
    await w.find('select[aria-label="来源"]').setValue('true')
    await settle(300)
    expect(router.currentRoute.value.query).toMatchObject({ shared: 'true' })
    expect(labels('.tile .name')).toEqual(['海报i9'])
    expect(said(w.find('.tile').element)).toContain('来自上级')
    await w.find('.pickbox').trigger('click')
    expect(w.find('[data-test=share]').attributes('disabled')).toBeDefined()
  })
})
