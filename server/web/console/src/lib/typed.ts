// What somebody is typing is kept in this browser until it is saved: a reload, a crash or an ended session costs nothing.
// Kept by account, and gone when that person logs out; passwords are never kept.
import { watch } from 'vue'
import { useSession } from './session'

const PREFIX = 'typed:'
const MOST_AGE_MS = 30 * 86400_000

function read(key: string): Record<string, unknown> | null {
  try {
    const { at, fields } = JSON.parse(localStorage.getItem(key) ?? 'null') ?? {}
    return fields && Date.now() - at < MOST_AGE_MS ? fields : null
  } catch {
    return null
  }
}

/** Brings back what was typed into these fields, and keeps what is typed from now on. `forget` is for after saving. */
export function useTyped<T extends object>(name: string, fields: T, secrets: (keyof T)[] = []) {
  const key = `${PREFIX}${useSession().me?.account ?? ''}:${name}`
  const old = read(key)
  const found = !!old
  if (old) for (const k of Object.keys(fields) as (keyof T)[]) if (k in old && !secrets.includes(k)) fields[k] = old[k as string] as T[keyof T]
  const stop = watch(() => ({ ...fields }), (now) => {
    const shown = Object.fromEntries(Object.entries(now).filter(([k]) => !secrets.includes(k as keyof T)))
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields: shown }))
    } catch {
      // A full disk: the page still works, only a reload is then not survived.
    }
  }, { deep: true, flush: 'sync' })
  return { found, stop, forget: () => localStorage.removeItem(key) }
}

/** Everything that this browser keeps of a person: when they log out. */
export function forgetTyped() {
  for (const k of Object.keys(localStorage)) if (k.startsWith(PREFIX)) localStorage.removeItem(k)
}
