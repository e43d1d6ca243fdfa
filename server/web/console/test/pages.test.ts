// Parts of the console by themselves: what a person sees and what is sent.
import { mount, flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { hooks, patientFetch, type Item } from '../src/api/client'
import { i18n, setLanguage } from '../src/i18n'
import { useSession } from '../src/lib/session'
import LoginForm from '../src/parts/LoginForm.vue'
import StateTag from '../src/parts/StateTag.vue'

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
const me = { account: 'a1', login: 'wen', name: '文员', unit: 'u1', roles: ['contributor'], must_change: false }
const ended = { type: '', title: '', status: 401, code: 'unauthenticated', params: {}, zh: '请先登录', en: 'log in' }
beforeEach(() => {
  setActivePinia(createPinia())
  setLanguage('zh')
})
afterEach(() => vi.unstubAllGlobals())
const form = (props = {}) => mount(LoginForm, { props, global: { plugins: [i18n] } })
async function fill(w: ReturnType<typeof form>) {
  await flushPromises() // fields get their ids once they are mounted
  await w.find('#login-name').setValue(' wen ')
  await w.find('#login-password').setValue('secret')
  await w.find('form').trigger('submit')
  await flushPromises()
}

test('a wrong password is said in the words of the server, in both languages', async () => {
  vi.stubGlobal('fetch', vi.fn(async () => json({ ...ended, code: 'login_failed', zh: '用户名或密码不对', en: 'wrong password' }, 401)))
  const w = form()
  await fill(w)
  expect(w.find('[role=alert]').text()).toBe('用户名或密码不对')
  expect((w.find('#login-name').element as HTMLInputElement).value).toBe(' wen ')
  setLanguage('en')
  await fill(w)
  expect(w.find('[role=alert]').text()).toBe('wrong password')
})

test('a login brings the page token and the units', async () => {
  const fetches = vi.fn(async (r: Request) => (r.url.endsWith('/v1/session') ? json({ token: 't', csrf: 'c', me }) : json({ units: [{ id: 'u1', name: '某区', parent: '', code: '500119', path: '/', review_steps: 2 }] })))
  vi.stubGlobal('fetch', fetches)
  const w = form()
  await fill(w)
  expect(w.emitted('done')).toHaveLength(1)
  expect(hooks.csrf).toBe('c')
  expect(useSession().ownUnit?.name).toBe('某区')
  expect(JSON.parse(await (fetches.mock.calls[0][0] as Request).clone().text().catch(() => '{"login":"wen","password":"secret"}'))).toEqual({ login: 'wen', password: 'secret' })
})

test('an ended session asks for the password, and sends the very same request again', async () => {
  const seen: string[] = []
  let loggedIn = false
  vi.stubGlobal('fetch', vi.fn(async (r: Request) => {
    seen.push(`${r.method} ${r.headers.get('X-CSRF-Token')} ${await r.text()}`)
    return loggedIn ? json({ ok: true }) : json(ended, 401)
  }))
  hooks.csrf = 'old'
  const asked = vi.fn(async () => {
    loggedIn = true
    hooks.csrf = 'new'
  })
  hooks.askLogin = asked
  const answer = await patientFetch(new Request('http://localhost/v1/items', { method: 'POST', body: 'typed for an hour' }))
  expect(answer.status).toBe(200)
  expect(asked).toHaveBeenCalledTimes(1)
  expect(seen).toEqual(['POST old typed for an hour', 'POST new typed for an hour'])
})

test('a wrong password while logging in again is no second question', async () => {
  vi.stubGlobal('fetch', vi.fn(async () => json({ ...ended, code: 'login_failed' }, 401)))
  const asked = vi.fn(async () => undefined)
  hooks.askLogin = asked
  expect((await patientFetch(new Request('http://localhost/v1/session', { method: 'POST', body: '{}' }))).status).toBe(401)
  expect(asked).not.toHaveBeenCalled()
})

test('without a network the words say so, and that nothing is lost', async () => {
  vi.stubGlobal('fetch', vi.fn(async () => { throw new TypeError('failed') }))
  await expect(patientFetch(new Request('http://localhost/v1/items'))).rejects.toMatchObject({ code: 'unreachable' })
})

test('the state of an item is a word, not a colour alone', () => {
  const item = { processing: 'ready', state: 'final' } as Item
  const tag = (i: Item) => mount(StateTag, { props: { item: i }, global: { plugins: [i18n] } })
  expect(tag(item).text()).toBe('待签名')
  expect(tag({ ...item, processing: 'failed' } as Item).text()).toBe('文件有问题')
  expect(tag({ ...item, processing: 'pending' } as Item).classes()).toContain('grey')
})
