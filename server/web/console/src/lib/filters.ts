// Filters that stand in the address: a link, a reload and the way back show the same list.
import { onBeforeUnmount, reactive, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Fields that are kept in the address while they differ from their defaults; `load` is called after each change, and at once. */
export function useFilters<T extends Record<string, string>>(defaults: T, load: () => unknown, delayMs = 250): T {
  const route = useRoute()
  const router = useRouter()
  const path = route.path
  const fromAddress = () => Object.fromEntries(Object.entries(defaults).map(([k, v]) => [k, typeof route.query[k] === 'string' ? route.query[k] : v])) as T
  const fields = reactive({ ...fromAddress() }) as T
  let timer = 0
  const changed = () => Object.entries(fields).filter(([k, v]) => v && v !== defaults[k])
  watch(fields, () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => {
      const others = Object.entries(route.query).filter(([k]) => !(k in defaults))
      const query = Object.fromEntries([...others, ...changed()]) as Record<string, string>
      if (route.path === path) router.replace({ query })
      load()
    }, delayMs)
  })
  // Somebody came here by another address of the same page.
  watch(() => route.query, () => {
    if (route.path !== path) return
    const now = fromAddress()
    for (const k of Object.keys(defaults)) if (fields[k] !== now[k]) (fields as Record<string, string>)[k] = now[k]
  })
  onBeforeUnmount(() => clearTimeout(timer))
  return fields
}
