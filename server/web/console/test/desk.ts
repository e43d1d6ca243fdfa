// What the tests of pages share: a mounted component in a router, with a person logged in and an API that answers from a table.
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { vi } from 'vitest'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import type { Component } from 'vue'
import { i18n, setLanguage } from '../src/i18n'
import { useSession } from '../src/lib/session'

// What browsers have and jsdom has not.
const read = (blob: Blob, how: 'readAsArrayBuffer' | 'readAsText') => new Promise<never>((done, failed) => {
  const r = new FileReader()
  r.onload = () => done(r.result as never)
  r.onerror = () => failed(r.error)
  r[how](blob)
})
Blob.prototype.arrayBuffer ??= function (this: Blob) { return read(this, 'readAsArrayBuffer') }
Blob.prototype.text ??= function (this: Blob) { return read(this, 'readAsText') }

export type Answer = unknown | ((request: { method: string; url: URL; body: string }) => unknown)
export interface Sent { method: string; path: string; query: string; body: string; type: string }

export const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
export const problem = (code: string, status = 422, params = {}) => json({ type: '', title: '', status, code, params, zh: `不行：${code}`, en: `no: ${code}` }, status)

/** Everybody in one; `answers` by "METHOD /path". What is not there is answered with 404. */
export function desk(answers: Record<string, Answer>) {
  localStorage.clear()
  setActivePinia(createPinia())
  setLanguage('zh')
  const session = useSession()
  session.me = { account: 'a1', login: 'zhang', name: '张晓', unit: 'u1', roles: ['contributor', 'reviewer', 'publisher', 'administrator', 'duty'], must_change: false, second_factor: true, second_factor_needed: false, recovery_codes: 3 }
  session.units = [{ id: 'u1', parent: '', code: '500119', name: '某区', path: '/u1', review_steps: 2, review_hours: 0, checklist: true }]
  const sent: Sent[] = []
  vi.stubGlobal('fetch', vi.fn(async (what: Request | string, init?: RequestInit) => {
    const r = what instanceof Request ? what : new Request(new URL(what, 'http://localhost'), init)
    const url = new URL(r.url)
    const body = r.method === 'GET' ? '' : await r.clone().text()
    sent.push({ method: r.method, path: url.pathname, query: url.search, body, type: r.headers.get('Content-Type') ?? '' })
    const answer = answers[`${r.method} ${url.pathname}`]
    if (answer === undefined) return problem('not_found', 404)
    const got = typeof answer === 'function' ? await answer({ method: r.method, url, body }) : answer
    return got instanceof Response ? got.clone() : json(got)
  }))
  return { sent, session, posted: (start: string) => sent.filter((s) => `${s.method} ${s.path}`.startsWith(start)) }
}

export async function show(component: Component, props: Record<string, unknown> = {}, path = '/') {
  const router: Router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { template: '<i />' } }, { path: '/items/:id', component: { template: '<i />' } }, { path: '/playlist/:id', component: { template: '<i />' } }] })
  await router.push(path)
  await router.isReady()
  const w = mount(component, { props, global: { plugins: [i18n, router] }, attachTo: document.body })
  await flushPromises()
  return { w, router }
}
export const settle = async (ms = 0) => {
  await flushPromises()
  if (ms) await new Promise((done) => setTimeout(done, ms))
  await flushPromises()
}
