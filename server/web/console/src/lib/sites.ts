// The sites of the branch, page by page; what was read a moment ago is used again, since every page asks for them.
import { api, must, type Site } from '../api/client'

const MOST = 10_000
const FRESH_MS = 60_000
let read: Promise<Site[]> | null = null
let at = 0

async function readAll(): Promise<Site[]> {
  const all: Site[] = []
  for (let after: string | undefined; ;) {
    const { sites } = await must(api.GET('/v1/sites', { params: { query: { limit: 200, after } } }))
    all.push(...sites)
    if (sites.length < 200 || all.length >= MOST) return all
    after = sites[sites.length - 1].id
  }
}
export function allSites(anew = false): Promise<Site[]> {
  if (!read || anew || Date.now() - at > FRESH_MS) {
    at = Date.now()
    read = readAll().catch((why) => {
      read = null
      throw why
    })
  }
  return read
}
export const siteOf = async (id: string) => (await allSites()).find((s) => s.id === id) ?? (await allSites(true)).find((s) => s.id === id)
