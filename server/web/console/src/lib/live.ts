// Looks again every few seconds while somebody is looking, and not at all while the page is hidden.
import { onBeforeUnmount, onMounted } from 'vue'

export function useLive(look: () => Promise<unknown>, everyMs: number) {
  let timer = 0
  let gone = false
  async function turn() {
    if (!document.hidden) await look().catch(() => undefined)
    if (!gone) timer = window.setTimeout(turn, everyMs)
  }
  const seen = () => {
    if (document.hidden) return
    clearTimeout(timer)
    turn()
  }
  onMounted(() => {
    turn()
    document.addEventListener('visibilitychange', seen)
  })
  onBeforeUnmount(() => {
    gone = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', seen)
  })
}
