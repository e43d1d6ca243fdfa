// The signed documents that the server holds, as people look at them: which version, until when, by whom. Unverified here.
import { api, must, payloadOf, Problem } from '../api/client'

export interface TrustRow { name: 'root' | 'reviewers' | 'withdrawals'; version: number; expires: string; holders: string[]; missing: boolean }

async function one(name: TrustRow['name']): Promise<TrustRow> {
  const empty = { name, version: 0, expires: '', holders: [], missing: true }
  try {
    const envelope = name === 'withdrawals' ? await must(api.GET('/v1/withdrawals')) : await must(api.GET('/v1/trust/{document}', { params: { path: { document: name } } }))
    const p = payloadOf(envelope)
    // A renewal wraps the withdrawals with a later date.
    const inner = p._type === 'renewal' ? payloadOf(JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(p.withdrawals), (c) => c.charCodeAt(0))))) : p
    const holders = name === 'reviewers' ? [...new Set(Object.values(p.keys ?? {}).map((k) => (k as { holder?: string }).holder ?? ''))].filter(Boolean).sort() : []
    return { name, version: inner.version, expires: p.expires, holders, missing: false }
  } catch (why) {
    if (why instanceof Problem && (why.status === 404 || why.status === 409)) return empty
    throw why
  }
}
export const trustRows = () => Promise.all((['root', 'reviewers', 'withdrawals'] as const).map(one))
