// Who is logged in, the language and the size of type; and the dialog that asks for the password again when a session ended.
import { defineStore } from 'pinia'
import { api, hooks, must, type Me, type Role, type Unit } from '../api/client'
import { setLanguage, type Language } from '../i18n'
import { forgetTyped } from './typed'

interface Waiting { done: () => void; failed: (why: unknown) => void }

export const useSession = defineStore('session', {
  state: () => ({
    me: null as Me | null,
    units: [] as Unit[],
    asking: false, // the dialog is open
    waiting: [] as Waiting[],
    language: (localStorage.getItem('language') ?? 'zh') as Language,
    type: localStorage.getItem('type') ?? 'normal', // size of type: normal, large, huge
  }),
  getters: {
    has: (s) => (...roles: Role[]) => !!s.me && roles.some((r) => s.me!.roles.includes(r)),
    unitName: (s) => (id: string) => s.units.find((u) => u.id === id)?.name ?? id,
    /** What the person has to do before anything else, as a page; empty if nothing. */
    owes: (s) => (s.me?.must_change ? '/password' : s.me?.second_factor_needed ? '/second-factor' : ''),
    ownUnit: (s) => s.units.find((u) => u.id === s.me?.unit),
  },
  actions: {
    /** Takes up the session that the cookie belongs to, if there is one. */
    async start() {
      this.apply()
      hooks.askLogin = () => this.ask()
      const { data } = await api.GET('/v1/session')
      if (data) await this.enter(data, data.csrf ?? '')
    },
    async login(login: string, password: string, code = '') {
      const answer = await must(api.POST('/v1/session', { body: { login, password, ...(code ? { code } : {}) } }))
      const other = this.me && this.me.account !== answer.me.account
      if (other) location.reload() // somebody else: nothing of the first person's page stays
      await this.enter(answer.me, answer.csrf)
      this.asking = false
      for (const w of this.waiting.splice(0)) w.done()
    },
    async enter(me: Me, csrf: string) {
      hooks.csrf = csrf
      this.me = me
      if (!me.must_change && !me.second_factor_needed) this.units = (await must(api.GET('/v1/units'))).units
    },
    ask(): Promise<void> {
      this.asking = true
      return new Promise((done, failed) => this.waiting.push({ done, failed }))
    },
    /** The person would not log in again: what waited fails, the page stays as it is. */
    decline(why: unknown) {
      this.asking = false
      for (const w of this.waiting.splice(0)) w.failed(why)
    },
    async logout() {
      await api.DELETE('/v1/session')
      forgetTyped()
      this.me = null
      hooks.csrf = ''
      location.hash = '#/login'
      location.reload()
    },
    setLanguage(language: Language) {
      this.language = language
      this.apply()
    },
    setType(type: string) {
      this.type = type
      this.apply()
    },
    apply() {
      hooks.language = this.language
      setLanguage(this.language)
      localStorage.setItem('language', this.language)
      localStorage.setItem('type', this.type)
      document.documentElement.dataset.type = this.type
      document.documentElement.lang = this.language === 'en' ? 'en' : 'zh-CN'
    },
  },
})
