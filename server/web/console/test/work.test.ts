// Pages by themselves, over an API that answers from a table: what a person does, and what is sent for it.
import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ItemDetail } from '../src/api/client'
import { resetTags } from '../src/lib/tags'
import AccountAccess from '../src/parts/AccountAccess.vue'
import ImportDialog from '../src/parts/ImportDialog.vue'
import Packs from '../src/parts/Packs.vue'
import ReviewBox from '../src/parts/ReviewBox.vue'
import Said from '../src/parts/Said.vue'
import SearchBox from '../src/parts/SearchBox.vue'
import Versions from '../src/parts/Versions.vue'
import CertificateStep from '../src/parts/setup/CertificateStep.vue'
import KeysStep from '../src/parts/setup/KeysStep.vue'
import Library from '../src/views/Library.vue'
import Sessions from '../src/views/Sessions.vue'
import Setup from '../src/views/Setup.vue'
import { desk, json, problem, settle, show } from './desk'

afterEach(() => {
  document.body.innerHTML = ''
  resetTags()
  vi.unstubAllGlobals()
})
const at = '2026-11-25T08:00:00Z'
const item = (id: string, more = {}) => ({ id, unit: 'u1', kind: 'poster', title: '海报' + id, fraud_kind: 'general', exposes: 'method', tags: ['general', 'method'], version: 1, state: 'draft', processing: 'ready', revision: 1, created: at, updated: at, ...more })
const words = { groups: [{ group: 'audience', zh: '人群', en: 'Audience', tags: [{ id: 'elderly', zh: '老年人', en: 'Elderly' }] }] }
const click = async (text: string, where: ParentNode = document.body) => {
  const button = [...where.querySelectorAll<HTMLElement>('button')].find((b) => b.textContent?.trim() === text)
  if (!button) throw new Error(`no button ${text}`)
  button.click()
  await settle()
}

describe('the library', () => {
  const list = [item('i1'), item('i2'), item('i3'), item('i4', { state: 'approved' })]
  const answers = { 'GET /v1/items': { items: list }, 'GET /v1/tags': words, 'PUT /v1/items/i1/tags': item('i1'), 'PUT /v1/items/i2/tags': problem('tag_unknown'), 'PUT /v1/items/i3/tags': item('i3') }
  test('a range is chosen with Shift, and each of it gets the tags; what failed stays chosen', async () => {
    const d = desk(answers)
    const { w } = await show(Library, {}, '/library')
    const boxes = w.findAll('.pickbox')
    await boxes[0].trigger('click')
    await boxes[2].trigger('click', { shiftKey: true })
    expect(w.find('[data-test=bar]').text()).toContain('已选 3 条')
    await vi.waitFor(() => expect(w.findComponent({ name: 'TagDialog' }).exists()).toBe(true), 5000)
    await w.findComponent({ name: 'TagDialog' }).vm.$emit('set', ['elderly'], false)
    await settle(10)
    expect(d.posted('PUT /v1/items').map((s) => JSON.parse(s.body).tags)).toEqual(Array(3).fill(['general', 'method', 'elderly']))
    await settle()
    expect(w.find('[data-test=bar]').text()).toContain('已选 1 条')
  })
  test('filters come from the address and go there', async () => {
    const d = desk(answers)
    const { w, router } = await show(Library, {}, '/library?state=draft&tag=elderly')
    expect(d.posted('GET /v1/items')[0].query).toContain('state=draft')
    expect(d.posted('GET /v1/items')[0].query).toContain('tag=elderly')
    await w.find('.filters input').setValue('公检')
    await settle(300)
    expect(router.currentRoute.value.query).toMatchObject({ text: '公检', state: 'draft' })
    await router.replace({ query: { text: '退款' } })
    await settle(300)
    expect((w.find('.filters input').element as HTMLInputElement).value).toBe('退款')
    expect(d.posted('GET /v1/items').at(-1)!.query).not.toContain('state=')
  })
})

describe('a review', () => {
  const detail = (more = {}): ItemDetail => ({ item: item('i1', { kind: 'video', state: 'first', ...more }), renditions: [], jobs: [], decisions: [] }) as unknown as ItemDetail
  const props = { detail: detail(), mine: false, decidedBefore: false, seconds: 62.4 }
  test('a comment on this moment stands in the text, and is a way there', async () => {
    desk({})
    const { w } = await show(ReviewBox, props)
    await w.find('[data-test=moment]').trigger('click')
    expect((w.find('#comment').element as HTMLTextAreaElement).value).toBe('[1:02] ')
    const { w: said } = await show(Said, { text: '[1:02] 号码没遮\n[1:00:05] 也是', seekable: true })
    await said.findAll('.moment')[0].trigger('click')
    await said.findAll('.moment')[1].trigger('click')
    expect(said.emitted('seek')).toEqual([[62], [3605]])
    expect(said.text()).toContain('号码没遮')
  })
  test('a comment that was begun is there again, until it is sent', async () => {
    const d = desk({ 'POST /v1/items/i1/review': item('i1') })
    const first = await show(ReviewBox, props)
    await first.w.find('#comment').setValue('第二段要改')
    first.w.unmount()
    const second = await show(ReviewBox, props)
    expect((second.w.find('#comment').element as HTMLTextAreaElement).value).toBe('第二段要改')
    await second.w.find('[data-test=back]').trigger('click')
    await settle()
    expect(JSON.parse(d.posted('POST')[0].body)).toMatchObject({ act: 'back', comment: '第二段要改', revision: 1 })
    second.w.unmount()
    expect((await show(ReviewBox, props)).w.find<HTMLTextAreaElement>('#comment').element.value).toBe('')
  })
  test('a name that was found can be confirmed as public, by its own box', async () => {
    const d = desk({ 'POST /v1/items/i1/review': ({ body }: { body: string }) => (JSON.parse(body).privacy_exceptions ? item('i1') : problem('privacy_unmasked', 422, { what: '023-12345678', where: '正文', kind: '电话', count: '1' })) })
    const { w } = await show(ReviewBox, props)
    for (const box of w.findAll('.checklist input')) await box.setValue(true)
    await w.find('[data-test=pass]').trigger('click')
    await settle()
    const found = w.findAll('fieldset')[1]
    expect(found.text()).toContain('023-12345678')
    await found.find('input').setValue(true)
    expect(w.find<HTMLButtonElement>('[data-test=pass]').element.disabled).toBe(true) // not without a reason
    await w.find('#comment').setValue('单位电话')
    await w.find('[data-test=pass]').trigger('click')
    await settle()
    expect(JSON.parse(d.posted('POST')[1].body).privacy_exceptions).toEqual(['023-12345678'])
  })
  test('two versions stand side by side', async () => {
    desk({ 'GET /v1/items/i1/diff': { from: 1, to: 2, lines: [{ op: ' ', text: 'same' }, { op: '-', text: 'old' }, { op: '+', text: 'new' }, { op: '+', text: 'more' }] } })
    const { w } = await show(Versions, { item: { id: 'i1', version: 2 } })
    const rows = w.findAll('tbody tr').map((r) => r.findAll('td').map((c) => c.text()))
    expect(rows).toEqual([['old', 'new'], ['', 'more']])
    expect(w.find('del').text()).toBe('old')
  })
})

test('a pack that is not made yet is asked for, waited for, and saved', async () => {
  let state = 'offered'
  desk({
    'GET /v1/items/i1/packs': () => ({ packs: [{ pack: 'chat', name: '海报.mp4', state }, { pack: 'text', name: 'x', state: 'ready', text: '拨打96110' }, { pack: 'audio', name: 'x', state: 'unavailable', why: { zh: '没有声音', en: 'none' } }] }),
    'GET /v1/items/i1/packs/chat': () => ((state = 'making'), problem('pack_not_ready', 409)),
  })
  const saved = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  const { w } = await show(Packs, { item: 'i1', version: 1 })
  expect(w.text()).toContain('没有声音')
  expect(w.text()).toContain('拨打96110')
  await w.find('li button').trigger('click')
  await settle()
  expect(w.text()).toContain('正在制作')
  expect(saved).not.toHaveBeenCalled()
  state = 'ready'
  await settle(1700)
  expect(saved).toHaveBeenCalledTimes(1)
  expect((saved.mock.contexts[0] as HTMLAnchorElement).download).toBe('海报.mp4')
})

test('the search is opened by its key, and arrows and Enter lead to what was found', async () => {
  desk({ 'GET /v1/search': { groups: [{ group: 'items', more: false, hits: [{ id: 'i1', title: '海报', note: 'approved', unit: 'u1' }] }, { group: 'screens', more: true, hits: [{ id: 'k1', title: '大屏', note: '大厅', unit: 'u1' }] }] } })
  const { router } = await show(SearchBox)
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true }))
  await vi.waitFor(() => expect(document.querySelector('[data-test=search]')).not.toBeNull(), 5000)
  const field = document.querySelector<HTMLInputElement>('[data-test=search]')!
  field.value = '大屏'
  field.dispatchEvent(new Event('input'))
  await settle(300)
  expect(document.querySelector('.found')?.textContent).toContain('已批准')
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown' }))
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))
  await settle()
  expect(router.currentRoute.value.fullPath).toBe('/screens/k1')
})

describe('logins', () => {
  const sessions = [{ id: 'x1', created: at, seen: at, address: '10.0.0.1', agent: 'Edg/1 Windows', current: true }, { id: 'x2', created: at, seen: at, address: '10.0.0.2', agent: 'Firefox/1 Linux', current: false }]
  test('one is ended, a token is shown once', async () => {
    const d = desk({ 'GET /v1/session/sessions': { sessions }, 'GET /v1/session/tokens': { tokens: [] }, 'DELETE /v1/session/sessions/x2': new Response(null, { status: 200 }), 'POST /v1/session/tokens': { id: 't', name: '脚本', roles: ['inspect'], created: at, expires: at, secret: 'secret-token' } })
    const { w } = await show(Sessions)
    expect(w.text()).toContain('Edge, Windows')
    await w.find('[aria-label^="结束 Firefox"]').trigger('click')
    await settle()
    expect(d.posted('DELETE').map((s) => s.path)).toEqual(['/v1/session/sessions/x2'])
    await click('新建令牌')
    const name = document.querySelector<HTMLInputElement>('#tname')!
    name.value = '脚本'
    name.dispatchEvent(new Event('input'))
    await flushPromises()
    document.querySelector<HTMLFormElement>('#token')!.dispatchEvent(new Event('submit'))
    await settle()
    expect(document.querySelector('[data-test=token]')?.textContent).toBe('secret-token')
  })
  test('security ends those of an account', async () => {
    const d = desk({ 'GET /v1/accounts/a2/sessions': { sessions }, 'DELETE /v1/accounts/a2/sessions': new Response(null, { status: 200 }) })
    const { w } = await show(AccountAccess)
    await w.setProps({ account: { id: 'a2', login: 'x', name: '小陈', unit: 'u1', roles: [], holder: '', enabled: true, must_change: false } })
    await settle()
    await click('结束全部登录')
    expect(d.posted('DELETE').map((s) => s.path)).toEqual(['/v1/accounts/a2/sessions'])
  })
})

describe('a table', () => {
  const choose = async (w: Awaited<ReturnType<typeof show>>['w'], file: File) => {
    await w.setProps({ modelValue: true })
    await settle()
    await w.findComponent({ name: 'FileButton' }).vm.$emit('file', file)
    await settle(30)
  }
  test('its first rows are shown, a bad row is named, first passwords are shown once', async () => {
    let good = false
    const d = desk({ 'POST /v1/accounts/import': () => (good ? json({ accounts: [{ login: 'wen', password: 'p-1' }] }, 201) : problem('table_cell', 422)) })
    const { w } = await show(ImportDialog, { modelValue: false, what: 'accounts' })
    await choose(w, new File(['\ufeff账号,姓名,单位,角色\r\nwen,"陈, 文员",500119,contributor\r\n'], '人员.csv'))
    expect([...document.querySelectorAll('[data-test=rows] td')].map((c) => c.textContent)).toEqual(['wen', '陈, 文员', '500119', 'contributor'])
    await click('全部导入')
    expect(document.querySelector('[role=alert]')?.textContent).toContain('table_cell')
    good = true
    await click('全部导入')
    expect(d.sent.at(-1)?.type).toBe('text/csv')
    expect(document.querySelector('[data-test=passwords]')?.textContent).toContain('p-1')
  })
})

describe('set-up', () => {
  const setup = (done: boolean) => ({
    organisation: { done: true, unit: 'u1', code: '500119', name: '某区', units: 1 }, certificate: { done, kind: done ? 'office_ca' : 'self_signed', names: ['a.example'], screens: done ? 3 : 0, fingerprint: 'e'.repeat(64) },
    accounts: { done: false, count: 1, roles: { administrator: 1 } }, keys: { done: false, root_version: 0, reviewers_version: 0 }, screens: { done: false, count: 0 },
  })
  const keys = { 'GET /v1/accounts': { accounts: [] }, 'GET /v1/trust/online-key': { keyid: 'k', scheme: 'ed25519', public: 'abcd' } }
  test('it opens at the first step that is not done; every step has a way back', async () => {
    desk({ 'GET /v1/setup': setup(false), ...keys })
    const { w, router } = await show(Setup, {}, '/setup')
    await settle()
    expect(w.find('#step h2').text()).toBe('2. 地址和证书')
    expect(w.find('[data-test=progress]').text()).toContain('已完成 1 / 5')
    await w.find('[data-test=next]').trigger('click')
    await settle()
    expect(router.currentRoute.value.query.step).toBe('people')
    await click('上一步')
    expect(router.currentRoute.value.query.step).toBe('certificate')
  })
  test('where screens know the certificate, their number is confirmed', async () => {
    const d = desk({ 'PUT /v1/setup/certificate': setup(true).certificate })
    const { w } = await show(CertificateStep, { setup: setup(true) })
    await w.find('#cnames').setValue('a.example\n10.0.0.1')
    expect(w.find<HTMLButtonElement>('[data-test=save-certificate]').element.disabled).toBe(true)
    await w.find('.notice input').setValue(true)
    await w.find('form').trigger('submit')
    await settle()
    expect(JSON.parse(d.posted('PUT')[0].body)).toEqual({ kind: 'office_ca', names: ['a.example', '10.0.0.1'], confirm_screens: 3 })
    expect(w.text()).toContain('https://a.example')
  })
  test('the ceremony has its command to copy, and takes the documents', async () => {
    const d = desk({ ...keys, 'PUT /v1/trust/root': { version: 1 } })
    const { w } = await show(KeysStep, { setup: setup(true) })
    await w.find('#kreviewers').setValue('reviewer-1')
    expect(w.text()).toContain('审核员至少要两位')
    await w.find('#kreviewers').setValue('reviewer-1, reviewer-2')
    expect(w.find('[data-test=command]').text()).toBe('fz-keys ceremony --out keys --online-key abcd --description office.toml')
    expect(w.find('pre').text()).toContain('holders = ["reviewer-1", "reviewer-2"]')
    expect(w.find('pre').text()).toContain('regions = ["500119"]')
    await w.findAllComponents({ name: 'FileButton' })[0].vm.$emit('file', new File(['{"payload":"e30=","payloadType":"x","signatures":[]}'], '1.root.json'))
    await settle(20)
    expect(d.posted('PUT').map((s) => s.path)).toEqual(['/v1/trust/root'])
  })
})
