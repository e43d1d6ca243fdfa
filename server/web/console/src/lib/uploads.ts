// The uploads of this browser: chosen, compared, sent piece by piece, processed by the server, handed in for review.
// A dropped link, a reload or a server that restarts costs nothing of what was sent.
import { defineStore } from 'pinia'
import type { DetailedError, Upload as TusUpload } from 'tus-js-client'
import { markRaw } from 'vue'
import { api, hooks, must, Problem, problemOf, unreachable, type Item } from '../api/client'
import { sha256Of } from './hash'
import { forget, keep, kept, type Kept } from './keep'
import { isNoise, precheck, titleOf } from './precheck'
import { submitItem } from './terms'

export interface Candidate {
  key: string; file: File; title: string; fraudKind: string; exposes: string; tags: string[]
  bad: string | null; same: Item[]; checking: boolean; item: string
}
export type Stage = 'waiting' | 'sending' | 'paused' | 'offline' | 'processing' | 'ready' | 'submitted' | 'failed'
export interface Upload {
  key: string; name: string; size: number; sent: number; speed: number; stage: Stage; permille: number
  problem: Problem | null; item: string; submit: boolean; meta: Record<string, string>; url: string | null
}

const AT_ONCE = 2
const files = new Map<string, File>()
const running = new Map<string, TusUpload>()
const newKey = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 8)

export const useUploads = defineStore('uploads', {
  state: () => ({
    choosing: false,
    candidates: [] as Candidate[],
    list: [] as Upload[],
    open: true,
    maxBytes: Infinity,
    newVersionOf: '', // the item that the next file is a new version of
    restored: false, // what an earlier page left has been taken up
    finished: 0, // counts up; lists look at it to know that there is news
  }),
  getters: {
    busy: (s) => s.list.filter((u) => ['waiting', 'sending', 'offline', 'processing'].includes(u.stage)).length,
  },
  actions: {
    async restore() {
      if (this.restored) return
      this.restored = true
      window.addEventListener('online', () => this.again())
      window.addEventListener('offline', () => this.list.filter((u) => u.stage === 'sending').forEach((u) => (u.stage = 'offline')))
      for (const k of await kept()) {
        if (k.chosen) {
          this.takeUp(k)
          continue
        }
        if (k.file) files.set(k.key, k.file)
        this.list.push(this.made(k))
        if (k.item) this.sent(this.list[this.list.length - 1])
      }
      this.pump()
    },
    /** What was chosen and not sent when the page went away: the form is there again as it was. */
    takeUp(k: Kept) {
      if (!k.file) return
      this.choosing = true
      this.newVersionOf = k.meta.item ?? ''
      const bad = precheck(k.file, this.maxBytes)
      this.candidates.push({ key: k.key, file: markRaw(k.file), title: k.meta.title, fraudKind: k.meta.fraud_kind, exposes: k.meta.exposes, tags: (k.meta.tags ?? '').split(',').filter(Boolean), bad, same: [], checking: !bad, item: k.meta.item ?? '' })
      const c = this.candidates[this.candidates.length - 1]
      if (!bad) this.compare(c).finally(() => (c.checking = false))
    },
    metaOf(c: Candidate): Record<string, string> {
      return { filename: c.file.name, title: c.title.trim(), fraud_kind: c.fraudKind, exposes: c.exposes, ...(c.tags.length && { tags: c.tags.join(',') }), ...(c.item && { item: c.item }) }
    },
    /** Keeps the form over a reload, file and fields. */
    rememberForm() {
      for (const c of this.candidates.filter((x) => !x.bad)) keep({ key: c.key, file: c.file, name: c.file.name, size: c.file.size, url: null, item: '', meta: this.metaOf(c), submit: false, chosen: true })
    },
    made(k: Kept): Upload {
      return { key: k.key, name: k.name, size: k.size, sent: 0, speed: 0, stage: k.item ? 'processing' : 'waiting', permille: 0, problem: null, item: k.item, submit: k.submit, meta: k.meta, url: k.url }
    },

    /** Files of a drop, folders and all. */
    async filesOf(data: DataTransfer): Promise<File[]> {
      const entries = [...data.items].map((i) => i.webkitGetAsEntry?.()).filter(Boolean) as FileSystemEntry[]
      if (!entries.length) return [...data.files]
      const out: File[] = []
      const walk = async (entry: FileSystemEntry): Promise<void> => {
        if (entry.isFile) {
          out.push(await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed)))
          return
        }
        const reader = (entry as FileSystemDirectoryEntry).createReader()
        for (;;) {
          const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed))
          if (!some.length) return
          for (const e of some) await walk(e)
        }
      }
      for (const e of entries) await walk(e)
      return out
    },
    /** Shows files in the form; each is looked at and compared with what the unit already has. */
    async offer(list: File[]) {
      this.choosing = true
      if (this.maxBytes === Infinity) {
        const answer = await fetch('/v1/uploads', { method: 'OPTIONS' }).catch(() => null)
        this.maxBytes = Number(answer?.headers.get('Tus-Max-Size')) || Infinity
      }
      for (const file of list.filter((f) => !isNoise(f.name))) {
        const bad = precheck(file, this.maxBytes)
        this.candidates.push({ key: newKey(), file: markRaw(file), title: titleOf(file.name), fraudKind: '', exposes: 'method', tags: [], bad, same: [], checking: !bad, item: this.newVersionOf })
        const c = this.candidates[this.candidates.length - 1]
        if (!bad) this.compare(c).finally(() => (c.checking = false))
      }
      this.rememberForm()
    },
    async compare(c: Candidate) {
      const source = await sha256Of(c.file)
      c.same = (await must(api.GET('/v1/items', { params: { query: { source } } }))).items
    },
    begin(submit: boolean) {
      for (const c of this.candidates.filter((x) => !x.bad)) {
        this.enqueue(c.key, c.file, this.metaOf(c), submit)
      }
      this.candidates = [] // sent, not given up
      this.drop()
      this.pump()
    },
    /** A picture of an item for screens of another shape: it goes the way of every upload. */
    addVariant(item: string, shape: string, file: File) {
      this.enqueue(newKey(), file, { filename: file.name, variant_of: item, shape }, false)
      this.pump()
    },
    enqueue(key: string, file: File, meta: Record<string, string>, submit: boolean) {
      const k: Kept = { key, file, name: file.name, size: file.size, url: null, item: '', meta, submit }
      files.set(key, file)
      keep(k)
      this.list.unshift(this.made(k))
      this.open = true
    },
    remember(u: Upload) {
      return keep({ key: u.key, file: files.get(u.key) ?? null, name: u.name, size: u.size, url: u.url, item: u.item, meta: { ...u.meta }, submit: u.submit })
    },
    /** The form is given up; what is being sent goes on. */
    drop() {
      for (const c of this.candidates) forget(c.key)
      this.candidates = []
      this.choosing = false
      this.newVersionOf = ''
    },

    pump() {
      const free = AT_ONCE - this.list.filter((u) => u.stage === 'sending').length
      const next = this.list.filter((u) => u.stage === 'waiting')
      for (const u of next.slice(Math.max(0, next.length - Math.max(0, free)))) this.send(u)
    },
    async send(u: Upload) {
      const file = files.get(u.key)
      if (!file) return
      u.stage = 'sending'
      u.problem = null
      const tools = await import('tus-js-client').catch(() => null) // fetched with the first upload
      if (u.stage !== 'sending') return // paused meanwhile
      if (!tools) return this.stopped(u, unreachable())
      let from = 0
      let since = performance.now()
      const tus = new tools.Upload(file, {
        endpoint: '/v1/uploads', uploadUrl: u.url, metadata: u.meta, storeFingerprintForResuming: false, retryDelays: [0, 1000, 2000, 4000, 8000],
        onBeforeRequest: (r) => {
          r.setHeader('Accept-Language', hooks.language)
          if (hooks.csrf) r.setHeader('X-CSRF-Token', hooks.csrf)
        },
        onShouldRetry: (why) => !why.originalResponse || [0, 423, 429].includes(why.originalResponse.getStatus()) || why.originalResponse.getStatus() >= 500,
        onAfterResponse: (_r, answer) => {
          const item = answer.getHeader('Upload-Item')
          if (item) u.item = item
        },
        onUploadUrlAvailable: () => {
          u.url = tus.url
          this.remember(u)
        },
        onProgress: (sent) => {
          const now = performance.now()
          if (now - since > 800) {
            u.speed = ((sent - from) / (now - since)) * 1000
            from = sent
            since = now
          } else if (!from) from = sent
          u.sent = sent
        },
        onSuccess: () => this.sent(u),
        onError: (why) => this.stopped(u, why),
      })
      running.set(u.key, markRaw(tus))
      tus.start()
    },
    async stopped(u: Upload, why: Error | DetailedError) {
      running.delete(u.key)
      const answer = 'originalResponse' in why ? why.originalResponse : null
      const status = answer?.getStatus() ?? 0
      if (status === 401) {
        u.stage = 'paused'
        await hooks.askLogin().then(() => this.resume(u), () => undefined)
        return
      }
      if (!answer || status === 0 || status >= 500) {
        u.stage = 'offline' // looked at again when the link is back, and every half minute
        u.problem = unreachable()
        setTimeout(() => u.stage === 'offline' && this.resume(u), 30_000)
      } else {
        u.stage = 'failed'
        let body: unknown
        try {
          body = JSON.parse(answer.getBody())
        } catch {
          body = undefined
        }
        u.problem = problemOf(body, status)
      }
      this.pump()
    },
    async sent(u: Upload) {
      running.delete(u.key)
      u.sent = u.size
      u.stage = 'processing'
      files.delete(u.key)
      await this.remember(u)
      this.pump()
      await this.follow(u)
      forget(u.key)
    },
    /** Until the server has made of the bytes what screens play; then into the review, if that was wanted. */
    async follow(u: Upload) {
      for (let wait = 300; ; wait = Math.min(wait * 1.3, 3000)) {
        let failed: Problem | null = null
        try {
          const detail = await must(api.GET('/v1/items/{item}', { params: { path: { item: u.item } } }))
          u.permille = detail.jobs.length ? detail.jobs.reduce((n, j) => n + j.progress_permille, 0) / detail.jobs.length : 0
          if (detail.item.processing === 'failed') failed = problemOf(detail.item.failure, 422)
          if (detail.item.processing === 'ready') {
            u.stage = 'ready'
            if (u.submit && detail.item.state === 'draft') {
              await submitItem(u.item, detail.item.kind)
              u.stage = 'submitted'
            }
            this.finished++
            return
          }
        } catch (why) {
          failed = why instanceof Problem && why.code === 'unreachable' ? null : (why as Problem)
        }
        if (failed) {
          u.stage = u.stage === 'ready' ? 'ready' : 'failed'
          u.problem = failed
          this.finished++
          return
        }
        await new Promise((r) => setTimeout(r, wait))
      }
    },
    pause(u: Upload) {
      running.get(u.key)?.abort()
      running.delete(u.key)
      u.stage = 'paused'
      this.pump()
    },
    resume(u: Upload) {
      u.stage = 'waiting'
      u.problem = null
      this.pump()
    },
    again() {
      this.list.filter((u) => u.stage === 'offline').forEach((u) => this.resume(u))
    },
    async remove(u: Upload) {
      await running.get(u.key)?.abort(true).catch(() => undefined)
      running.delete(u.key)
      files.delete(u.key)
      forget(u.key)
      this.list = this.list.filter((x) => x.key !== u.key)
      this.pump()
    },
    clear() {
      this.list = this.list.filter((u) => !['ready', 'submitted'].includes(u.stage))
    },
  },
})
