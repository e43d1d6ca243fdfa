// What tells who the people in a text are, while it is written: the server's finder, and the rule for numbers while it cannot be asked.
import { computed, onBeforeUnmount, ref, watch } from 'vue'
import { api, fetchBytes, must, Problem, type Item } from '../api/client'
import { localFindings } from './mask'

export type Kind = 'name' | 'phone' | 'identity_card' | 'bank_card' | 'plate'
export interface Finding { kind: Kind; text: string; masked: string }
export interface Marked extends Finding { field: string; blocks: boolean }

const DELAY_MS = 500
const MOST_MS = 5000 // an answer that comes later is of no use to who types
const MOST_LETTERS = 20_000 // three bytes each: below what the server takes

const cut = (text: string) => text.slice(0, MOST_LETTERS).replace(/[\ud800-\udbff]$/, '')
/** What the server finds in a text; fails like every request. */
export async function findIn(text: string, signal?: AbortSignal): Promise<Finding[]> {
  if (!text.trim()) return []
  return (await must(api.POST('/v1/privacy', { body: { text: cut(text) }, ...(signal && { signal }) }))).findings
}
/** Numbers that are somebody's own hold up the submission; names and an agency's telephone may be public, which reviewers decide. */
export const blocks = (f: Finding) => f.kind === 'identity_card' || f.kind === 'bank_card' || (f.kind === 'phone' && localFindings(f.text).length > 0)

/** What is found in fields (by name, with their text), kept up with what is typed. */
export function useFindings(fields: () => Record<string, string>) {
  const told = ref<Finding[]>([])
  let turn = 0
  let timer = 0
  let running: AbortController | null = null
  const all = () => Object.values(fields()).filter(Boolean).join('\n')
  async function check() {
    const mine = ++turn
    running?.abort()
    running = new AbortController()
    const giveUp = setTimeout(() => running?.abort(), MOST_MS)
    try {
      const found = await findIn(all(), running.signal)
      if (mine === turn) told.value = found
    } catch {
      // Quiet: the numbers are found here too, and the reviewers still read.
    } finally {
      clearTimeout(giveUp)
    }
  }
  watch(all, () => {
    clearTimeout(timer)
    timer = window.setTimeout(check, DELAY_MS)
  }, { immediate: true })
  onBeforeUnmount(() => {
    turn++
    clearTimeout(timer)
    running?.abort()
  })
  return computed<Marked[]>(() => Object.entries(fields()).flatMap(([field, text]) => {
    const server = told.value.filter((f) => text.includes(f.text))
    const local = localFindings(text).filter((f) => !server.some((s) => s.text.includes(f.text) || f.text.includes(s.text)))
    return [...server, ...local].map((f) => ({ ...f, field, blocks: blocks(f) }))
  }))
}
/** The text with every occurrence of these findings masked, longer ones first: a name may be part of a longer one. */
export function maskIn(text: string, findings: Finding[]): string {
  return [...findings].sort((a, b) => b.text.length - a.text.length).reduce((t, f) => t.split(f.text).join(f.masked), text)
}

const READ = ['bulletin', 'warning', 'slogan']
/** The words of an item that the review reads for names: its title, and what its document says. Pictures and films are read by people. */
async function wordsOf(item: Item): Promise<string> {
  const spoken = item.kind === 'audio' && item.source_mime === 'application/vnd.fz.speech+json'
  if (!READ.includes(item.kind) && !spoken) return ''
  const document = await (await fetchBytes(`/v1/items/${item.id}/renditions/source`)).json()
  const own = ['title', 'how', 'signs', 'loss', 'advice', 'source', 'place', 'text'].flatMap((k) => document[k] ?? [])
  return [item.title, ...own, document.law?.text, document.qr?.caption].filter((t) => typeof t === 'string').join('\n')
}
export const findingsOf = async (item: Item) => findIn(await wordsOf(item))

/** Sends with what was confirmed as public; what the server does not hold against the text needs no confirmation. */
export async function withExceptions<T>(texts: string[], send: (texts: string[]) => Promise<T>): Promise<T> {
  for (let left = texts; ; ) {
    try {
      return await send(left)
    } catch (why) {
      const needless = why instanceof Problem && why.code === 'bad_field' && why.params.field === 'privacy_exceptions' ? why.params.what : undefined
      if (needless === undefined || !left.includes(needless)) throw why
      left = left.filter((t) => t !== needless)
    }
  }
}
