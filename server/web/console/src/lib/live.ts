// News from the server over one WebSocket a tab (/v1/events): what is shown is read anew when it has changed. While the channel is
// broken, every page looks by itself, slowly; a hidden page looks at nothing, and once when it is seen again.
import { onBeforeUnmount, onMounted, reactive } from 'vue'
import type { Schemas } from '../api/client'

export type Topic = Schemas['ConsoleEvent']['topic']
export interface News { topic: Topic; id?: string }
type Listener = (news: News) => void

const SILENT_MS = 50_000 // the server says something every 20 s
const REST_MS = 120_000
const SESSION_ENDED = 4001
/** What people may be told: `open` while news come by themselves. */
export const channel = reactive({ open: false })
const listeners = new Set<Listener>()
let socket: WebSocket | null = null
let attempts = 0
let silence = 0
let again = 0

function tell(news: News) {
  for (const l of [...listeners]) l(news)
}
function alive() {
  clearTimeout(silence)
  silence = window.setTimeout(() => socket?.close(), SILENT_MS)
}
function lost(code: number) {
  clearTimeout(silence)
  socket = null
  channel.open = false
  if (!listeners.size) return
  // After an ended session somebody has to log in first; the pages' own requests ask for that.
  const wait = code === SESSION_ENDED ? 15_000 : Math.min(30_000, 1000 * 2 ** attempts++) * (0.7 + Math.random() * 0.6)
  again = window.setTimeout(connect, wait)
}
function connect() {
  clearTimeout(again)
  if (socket || typeof WebSocket === 'undefined') return
  const s = new WebSocket(location.origin.replace(/^http/, 'ws') + '/v1/events')
  socket = s
  s.onopen = () => {
    attempts = 0
    channel.open = true
    alive()
  }
  s.onmessage = (e) => {
    alive()
    try {
      const news = JSON.parse(String(e.data)) as News
      if (news.topic !== 'beat') tell(news)
    } catch {
      // Not of this version: the slow look of each page finds it.
    }
  }
  s.onclose = (e) => socket === s && lost(e.code)
}
function listen(l: Listener) {
  listeners.add(l)
  connect()
  return () => {
    listeners.delete(l)
    if (listeners.size) return
    clearTimeout(again)
    // Pages change in between: the channel is kept for the next one.
    window.setTimeout(() => {
      if (listeners.size) return
      const s = socket
      socket = null
      channel.open = false
      s?.close()
    }, 5000)
  }
}

/** Calls `look` now, whenever one of these topics has news (of this id only, if one is given), and every so often besides. */
export function useLive(look: () => Promise<unknown>, topics: Topic[], { id = '', fallbackMs = 30_000 } = {}) {
  let timer = 0
  let gone = false
  let busy = false
  let missed = false
  let stopListening = () => undefined as void
  async function turn() {
    clearTimeout(timer)
    if (gone) return
    if (document.hidden || busy) {
      missed = true
      return
    }
    busy = true
    missed = false
    await look().catch(() => undefined)
    busy = false
    if (gone) return
    if (missed && !document.hidden) timer = window.setTimeout(turn, 300)
    else timer = window.setTimeout(turn, channel.open ? REST_MS : fallbackMs)
  }
  const heard: Listener = (news) => {
    if (news.topic !== 'resync' && (!topics.includes(news.topic) || (id && news.id && news.id !== id))) return
    clearTimeout(timer)
    timer = window.setTimeout(turn, 50)
  }
  const seen = () => !document.hidden && turn()
  onMounted(() => {
    turn()
    stopListening = listen(heard)
    document.addEventListener('visibilitychange', seen)
  })
  onBeforeUnmount(() => {
    gone = true
    clearTimeout(timer)
    stopListening()
    document.removeEventListener('visibilitychange', seen)
  })
}
