// Sizes of one's own screens, masking while somebody types, pictures for other shapes, sharing, alarms: what is shown, and what is sent.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Problem, type ItemDetail } from '../src/api/client'
import { catalogue, meaningOf, resetCatalogue } from '../src/lib/alarms'
import { maskIn, withExceptions } from '../src/lib/privacy'
import { drawnAt, renditionFor, resetSizes, screenSizes, shapeOf } from '../src/lib/shapes'
import { useUploads } from '../src/lib/uploads'
import Preview from '../src/parts/Preview.vue'
import ReviewBox from '../src/parts/ReviewBox.vue'
import Shares from '../src/parts/Shares.vue'
import SubmitBox from '../src/parts/SubmitBox.vue'
import Variants from '../src/parts/Variants.vue'
import CampaignPage from '../src/views/CampaignPage.vue'
import Write from '../src/views/Write.vue'
import { desk, json, problem, settle, show } from './desk'

beforeEach(() => {
  URL.createObjectURL ??= () => 'blob:x'
  URL.revokeObjectURL ??= () => undefined
})
afterEach(() => {
  document.body.innerHTML = ''
  resetSizes()
  vi.unstubAllGlobals()
})
const at = '2026-11-25T08:00:00Z'
const size = (width: number, height: number, screens: number, example: string) => ({ width, height, shape: shapeOf(width, height), screens, example })
const rendition = (profile: string, width = 1920, height = 1080) => ({ profile, sha256: 'c'.repeat(64), length: 9, mime: 'image/png', width, height, duration_ms: 0 })
const variant = (shape: string, more = {}) => ({ shape, author: 'a2', source: 'd'.repeat(64), source_name: shape + '.png', source_length: 9, source_mime: 'image/png', width: 1080, height: 1920, processing: 'ready', created: at, ...more })
const poster = (more = {}, item = {}) => ({
  item: { id: 'i1', unit: 'u1', kind: 'poster', title: '海报', fraud_kind: 'general', exposes: 'method', tags: [], version: 1, state: 'draft', processing: 'ready', revision: 4, created: at, updated: at, ...item },
  renditions: [rendition('still-1080p')], variants: [], jobs: [], decisions: [], ...more,
}) as unknown as ItemDetail
const shapes = { shapes: [size(1920, 1080, 12, '一楼大屏'), size(1080, 1920, 5, '门口竖屏'), size(3840, 640, 3, '广场条屏'), size(1366, 768, 2, 'a'), size(1280, 720, 2, 'b'), size(2048, 256, 1, 'c'), size(768, 1024, 1, '电梯')] }

describe('the preview', () => {
  test('offers the sizes that screens told, asked for once; the common ones as buttons, the rest in a list', async () => {
    const d = desk({ 'GET /v1/shapes': shapes })
    const { w } = await show(Preview, { detail: poster() })
    await show(Preview, { detail: poster() })
    await settle()
    expect(d.posted('GET /v1/shapes')).toHaveLength(1)
    expect(w.findAll('.el-radio-button').map((b) => b.text())).toHaveLength(6)
    expect(w.find('.el-radio-button').text()).toContain('1920×1080横屏 · 12 块')
    expect(w.text()).toContain('例如“一楼大屏”')
    await w.find('[data-test=more-sizes]').setValue('768x1024')
    expect(w.find<HTMLElement>('[data-test=screen]').element.style.aspectRatio).toBe('768 / 1024')
    expect(w.text()).toContain('例如“电梯”')
  })
  test('offers the three usual shapes while no screen has told its size, or nobody answers', async () => {
    desk({ 'GET /v1/shapes': { shapes: [] } })
    const { w } = await show(Preview, { detail: poster() })
    expect(w.findAll('.el-radio-button').map((b) => b.text())).toEqual(['横屏', '竖屏', '条屏'])
    resetSizes()
    const d = desk({})
    expect(await screenSizes()).toHaveLength(3)
    await screenSizes()
    expect(d.posted('GET /v1/shapes')).toHaveLength(2) // what failed is asked for again
  })
  test('shows the picture that a screen of this shape would choose, and says where none fits', async () => {
    desk({ 'GET /v1/shapes': shapes })
    const { w } = await show(Preview, { detail: poster({ renditions: [rendition('still-1080p'), rendition('portrait-1080p', 1080, 1920)] }) })
    const choose = (n: number) => w.findAll<HTMLInputElement>('.el-radio-button input')[n].setValue(true)
    expect(w.find('img').attributes('src')).toContain('/renditions/still-1080p')
    expect(w.find('[data-test=which]').exists()).toBe(false)
    await choose(1)
    expect(w.find('img').attributes('src')).toContain('/renditions/portrait-1080p')
    expect(w.find('[data-test=which]').text()).toContain('竖屏版')
    await choose(2)
    expect(w.find('img').attributes('src')).toContain('/renditions/still-1080p')
    expect(w.find('[data-test=which]').text()).toContain('没有适合')
  })
  test('has texts drawn at that aspect', async () => {
    const d = desk({ 'GET /v1/shapes': { shapes: [shapes.shapes[2]] }, 'POST /v1/preview': new Response('x', { headers: { 'Preview-Pages': '1' } }) })
    await show(Preview, { document: { type: 'slogan' } })
    await settle(20)
    expect(JSON.parse(d.posted('POST /v1/preview').at(-1)!.body)).toMatchObject({ width: 1920, height: 320 })
  })
  test.each([[1920, 1080, 1280, 720], [640, 360, 640, 360], [1080, 1920, 720, 1280], [7680, 128, 1920, 64], [16000, 9000, 1280, 720]])('%i×%i is drawn as %i×%i', (width, height, w, h) => {
    expect(drawnAt({ width, height })).toEqual([w, h])
  })
  test('the choice among renditions is that of the screens', () => {
    const all = ['original', '1080p', '720p', 'portrait-1080p', 'portrait-720p', 'strip-original'].map((p) => rendition(p))
    expect((['landscape', 'portrait', 'strip'] as const).map((s) => renditionFor(all, s)?.profile)).toEqual(['720p', 'portrait-720p', 'strip-original'])
    expect(renditionFor([rendition('portrait-1080p')], 'strip')?.profile).toBe('portrait-1080p')
    expect(renditionFor([], 'strip')).toBeUndefined()
    expect([shapeOf(3000, 1000), shapeOf(2999, 1000), shapeOf(999, 1000), shapeOf(1000, 1000)]).toEqual(['strip', 'landscape', 'portrait', 'landscape'])
  })
})

describe('names and numbers while somebody types', () => {
  const name = { kind: 'name', text: '张伟', masked: '张某' }
  const landline = { kind: 'phone', text: '023-71234567', masked: '023****' }
  const slogan = async (text: string, answer: unknown, ms = 600) => {
    const d = desk({ 'GET /v1/shapes': shapes, 'GET /v1/tags': { groups: [] }, 'POST /v1/privacy': answer, 'POST /v1/preview': new Response('x', { headers: { 'Preview-Pages': '1' } }) })
    const { w } = await show(Write, {}, '/write?type=slogan')
    await w.find('#text').setValue(text)
    await settle(ms)
    return { d, w, field: w.find<HTMLTextAreaElement>('#text').element }
  }
  test('are marked below their field once nobody types, each with its masked form, and masked by their button', async () => {
    const { d, w, field } = await slogan('张伟和张伟，手机13812345678', { findings: [name] })
    expect(d.posted('POST /v1/privacy').map((s) => JSON.parse(s.body).text)).toEqual(['张伟和张伟，手机13812345678'])
    const rows = w.findAll('[data-test=masks-text] li')
    expect(rows.map((r) => r.find('.tag').text())).toEqual(['姓名', '电话'])
    expect(w.find('[role=status][data-test=found]').text()).toContain('有 2 处像是个人信息：标语文字')
    await rows[0].find('button').trigger('click')
    expect(field.value).toBe('张某和张某，手机13812345678')
    expect(document.activeElement).toBe(field)
    await w.find('[data-test=mask-all]').trigger('click')
    expect(field.value).toBe('张某和张某，手机138****5678')
    expect(w.find('[data-test=masks-text]').exists()).toBe(false)
    await w.find('[data-test=undo]').trigger('click')
    expect(field.value).toContain('13812345678')
  })
  test('numbers of somebody hold up the submission; names and a landline do not', async () => {
    const { w } = await slogan('x', { findings: [name, landline] })
    const submit = () => w.findAll<HTMLButtonElement>('button').find((b) => b.text() === '保存并送审')!.element
    w.findComponent({ name: 'ElSelect' }).vm.$emit('update:modelValue', 'general')
    await w.find('#text').setValue('张伟请拨打023-71234567')
    await settle()
    expect(w.findAll('[data-test=masks-text] li')).toHaveLength(2)
    expect(submit().disabled).toBe(false)
    await w.find('#text').setValue('手机13812345678')
    expect(submit().disabled).toBe(true)
  })
  test('the rule for numbers goes on while the server cannot be asked, without a word about it', async () => {
    const { w } = await slogan('卡号6222020011112222333', problem('internal', 500))
    expect(w.find('[data-test=masks-text]').text()).toContain('6222 **** **** 2333')
    expect(document.querySelector('.el-message--error')).toBeNull()
  })
  test('the latest answer wins', async () => {
    const waiting: ((r: Response) => void)[] = []
    const { w } = await slogan('张伟', () => new Promise<Response>((done) => waiting.push(done)))
    await w.find('#text').setValue('张伟和李娜')
    await settle(600)
    expect(waiting).toHaveLength(2)
    waiting[1](json({ findings: [{ kind: 'name', text: '李娜', masked: '李某' }] }))
    await settle()
    waiting[0](json({ findings: [name] }))
    await settle()
    expect(w.findAll('[data-test=masks-text] mark').map((m) => m.text())).toEqual(['李娜'])
  })
  test('a longer one is masked before the one that it holds', () => {
    expect(maskIn('李娜娜和李娜', [{ kind: 'name', text: '李娜', masked: '李某' }, { kind: 'name', text: '李娜娜', masked: '李某某' }])).toBe('李某某和李某')
  })
})

describe('what is public after all', () => {
  const bulletin = (more = {}) => poster({ renditions: [] }, { kind: 'bulletin', state: 'first', title: '案例', ...more })
  const document = { type: 'bulletin', title: '案例', how: ['张伟被骗'], signs: [], advice: ['拨打023-71234567'], source: '区反诈中心' }
  const findings = { findings: [{ kind: 'name', text: '张伟', masked: '张某' }, { kind: 'phone', text: '023-71234567', masked: '023****' }] }
  const props = { detail: bulletin(), mine: false, decidedBefore: false, seconds: 0 }
  test('is shown to the reviewer before the first step ends, ticked one by one, and takes a reason', async () => {
    const d = desk({ 'GET /v1/items/i1/renditions/source': document, 'POST /v1/privacy': findings, 'POST /v1/items/i1/review': bulletin().item })
    const { w } = await show(ReviewBox, props)
    await settle()
    const boxes = w.findAll('[data-test=public] input')
    expect(w.find('[data-test=public]').text()).toContain('张伟')
    await boxes[1].setValue(true)
    for (const box of w.findAll('.checklist input').slice(0, 5)) await box.setValue(true)
    expect(w.find<HTMLButtonElement>('[data-test=pass]').element.disabled).toBe(true)
    expect(w.text()).toContain('请在意见里写明理由')
    await w.find('#comment').setValue('单位电话')
    await w.find('[data-test=pass]').trigger('click')
    await settle()
    expect(JSON.parse(d.posted('POST /v1/items').at(-1)!.body)).toMatchObject({ privacy_exceptions: ['023-71234567'], comment: '单位电话' })
  })
  test('is confirmed at the submission where the unit has one step', async () => {
    const d = desk({ 'GET /v1/items/i1/renditions/source': document, 'POST /v1/privacy': findings, 'POST /v1/items/i1/submit': bulletin().item, 'GET /v1/trust/reviewers': { payload: btoa(JSON.stringify({ approve: [{ group: 'g', kinds: ['*'], regions: ['1'], venues: ['*'] }] })) } })
    d.session.units[0].review_steps = 1
    const { w } = await show(SubmitBox, { item: bulletin({ state: 'draft' }).item })
    await settle()
    await w.findAll('[data-test=public] input')[0].setValue(true)
    expect(w.find<HTMLButtonElement>('[data-test=submit-item]').element.disabled).toBe(true)
    await w.find('#whypublic').setValue('本人同意公开')
    await w.find('form').trigger('submit')
    await settle()
    expect(JSON.parse(d.posted('POST /v1/items').at(-1)!.body)).toMatchObject({ privacy_exceptions: ['张伟'], comment: '本人同意公开', group: 'g' })
  })
  test('what the server does not hold against the text is left out, and any other refusal is told', async () => {
    const refusal = (what: string) => new Problem('bad_field', '', '', 422, '', { field: 'privacy_exceptions', what })
    const sent: string[][] = []
    expect(await withExceptions(['a', 'b'], async (t) => {
      sent.push(t)
      if (t.includes('a')) throw refusal('a')
      return 'done'
    })).toBe('done')
    expect(sent).toEqual([['a', 'b'], ['b']])
    await expect(withExceptions(['a'], async () => { throw refusal('c') })).rejects.toThrow()
  })
})

describe('pictures for other shapes', () => {
  test('a draft shows its variants with state and warning, and what may be added', async () => {
    desk({})
    const failed = variant('strip', { processing: 'failed', width: 0, failure: { code: 'variant_aspect', zh: '画面不是条屏', en: 'no strip' } })
    const warned = variant('portrait', { warning: { code: 'variant_unused', zh: '', en: '' } })
    const { w } = await show(Variants, { detail: poster({ variants: [warned, failed], renditions: [rendition('still-1080p'), rendition('portrait-1080p', 1080, 1920)] }), mayEdit: true, inReview: false })
    expect(w.findAll('.variants > li').map((l) => l.attributes('data-shape'))).toEqual(['own', 'portrait', 'strip'])
    expect(w.find('[data-shape=portrait]').text()).toContain('本单位没有竖屏')
    expect(w.find('[data-shape=portrait] img').attributes('src')).toContain('/renditions/portrait-1080p')
    expect(w.find('[data-shape=strip]').text()).toContain('画面不是条屏')
    expect(w.findAllComponents({ name: 'FileButton' }).map((b) => b.props('label'))).toEqual(['替换…', '替换…'])
    const { w: bare } = await show(Variants, { detail: poster(), mayEdit: true, inReview: false })
    expect(bare.findAllComponents({ name: 'FileButton' }).map((b) => b.props('label'))).toEqual(['添加竖屏版…', '添加条屏版…'])
  })
  test('reviewers see every one, and change none', async () => {
    desk({})
    const { w } = await show(Variants, { detail: poster({ variants: [variant('portrait')], renditions: [rendition('720p'), rendition('portrait-720p', 720, 1280)] }, { kind: 'video', state: 'first' }), mayEdit: false, inReview: true })
    expect(w.findAll('video').map((v) => v.attributes('src')!.split('?')[0].split('/').at(-1))).toEqual(['720p', 'portrait-720p'])
    expect(w.text()).toContain('签名包括全部')
    expect(w.findComponent({ name: 'FileButton' }).exists()).toBe(false)
  })
  test('one is sent by the upload panel as variant of its item; replacing takes the old one out first', async () => {
    const d = desk({ 'DELETE /v1/items/i1/variants/portrait': poster().item })
    const uploads = useUploads()
    vi.spyOn(uploads, 'pump').mockImplementation(() => undefined)
    const { w } = await show(Variants, { detail: poster({ variants: [variant('portrait')] }), mayEdit: true, inReview: false })
    const buttons = w.findAllComponents({ name: 'FileButton' })
    await buttons[1].vm.$emit('file', new File(['x'], '条.png'))
    await settle()
    expect(uploads.list[0].meta).toEqual({ filename: '条.png', variant_of: 'i1', shape: 'strip' })
    expect(d.posted('DELETE')).toHaveLength(0)
    await settle()
    expect(w.findAllComponents({ name: 'FileButton' })).toHaveLength(1) // on its way: not offered again
    await w.findComponent({ name: 'FileButton' }).vm.$emit('file', new File(['x'], '竖.png'))
    await settle()
    expect(d.posted('DELETE').map((s) => s.query)).toEqual(['?revision=4'])
    expect(uploads.list.map((u) => u.name)).toEqual(['竖.png', '条.png'])
    await w.findComponent({ name: 'FileButton' }).vm.$emit('file', new File(['x'], '讲稿.pptx'))
    await settle()
    expect(uploads.list).toHaveLength(2)
  })
  test('nothing is sent when the old one cannot be taken out', async () => {
    desk({ 'DELETE /v1/items/i1/variants/portrait': problem('conflict', 409) })
    const uploads = useUploads()
    const { w } = await show(Variants, { detail: poster({ variants: [variant('portrait')] }), mayEdit: true, inReview: false })
    await w.findComponent({ name: 'FileButton' }).vm.$emit('file', new File(['x'], '竖.png'))
    await settle()
    expect(uploads.list).toHaveLength(0)
    expect(w.emitted('changed')).toHaveLength(1)
  })
})

describe('sharing with units below', () => {
  const tree = [['u1', '/u1'], ['u2', '/u1/u2'], ['u3', '/u1/u3']].map(([id, path]) => ({ id, parent: id === 'u1' ? '' : 'u1', code: '1', name: '单位' + id, path, review_steps: 2, review_hours: 0, checklist: true }))
  test('an approved item is shared with a unit below, and not any more', async () => {
    let shares: object[] = [{ unit: 'u2', by: 'a1', at }]
    const none = () => new Response(null, { status: 204 })
    const d = desk({ 'GET /v1/items/i1/shares': () => ({ shares }), 'PUT /v1/items/i1/shares/u3': () => (shares.push({ unit: 'u3', by: 'a1', at }), none()), 'DELETE /v1/items/i1/shares/u2': () => ((shares = []), none()) })
    d.session.units = tree
    const { w } = await show(Shares, { item: poster({}, { state: 'approved' }).item })
    await settle()
    expect(w.findAll('li').map((l) => l.text())).toEqual([expect.stringContaining('单位u2')])
    await w.findComponent({ name: 'ElSelect' }).vm.$emit('update:modelValue', 'u3')
    await w.findAll('button').at(-1)!.trigger('click')
    await settle()
    expect(d.posted('PUT').map((s) => s.path)).toEqual(['/v1/items/i1/shares/u3'])
    expect(w.findAll('li')).toHaveLength(2)
    await w.find('[aria-label="停止共享给单位u2"]').trigger('click')
    await settle()
    expect(d.posted('DELETE').map((s) => s.path)).toEqual(['/v1/items/i1/shares/u2'])
    expect(w.findAll('li')).toHaveLength(0)
  })
  test('what is shared from above can be put on air, and says where it is from', async () => {
    const own = poster({}, { id: 'i1', title: '本级海报', state: 'approved' }).item
    const above = poster({}, { id: 'i2', title: '市里海报', unit: 'city', state: 'approved' }).item
    desk({ 'GET /v1/items': ({ url }: { url: URL }) => ({ items: url.searchParams.get('shared') ? [above] : [own] }) })
    const { w } = await show(CampaignPage, {}, '/playlist/new')
    await settle(20)
    expect(w.findAll('.source li').map((l) => l.find('.grow').text())).toEqual(['本级海报', '市里海报 来自上级'])
  })
})

test('an alarm is told in words: from the catalogue, or what the machine says of itself', async () => {
  resetCatalogue()
  const d = desk({ 'GET /v1/errors': { errors: [{ code: 'store_full', status: 507, zh: '存储已满，还差 {missing}。', en: 'The store is full; {missing} more is needed.' }] } })
  await catalogue()
  const known = await catalogue()
  expect(d.posted('GET /v1/errors')).toHaveLength(1)
  expect(meaningOf('store_full', known)).toBe('存储已满，还差 …。')
  expect(meaningOf('store_full', known, { missing: '3 GB' })).toBe('存储已满，还差 3 GB。')
  expect(meaningOf('machine_hot', known)).toContain('过热')
  expect(meaningOf('something_new', known)).toBe('')
  resetCatalogue()
})
