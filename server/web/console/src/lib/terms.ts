// Under which terms an item goes to the reviewers when nobody says otherwise: the first approver group, and all it may approve for.
import { api, must, payloadOf } from '../api/client'
import { utc } from './format'

export interface Group { group: string; threshold: number; regions: string[]; venues: string[]; kinds: string[] }
export interface Reviewers { version: number; issued: string; expires: string; approve: Group[]; policy?: { max_approval_days?: number } }

export async function reviewers(): Promise<Reviewers> {
  return payloadOf(await must(api.GET('/v1/trust/{document}', { params: { path: { document: 'reviewers' } } }))) as Reviewers
}
/** An urgent warning is approved as an emergency: a take-over takes nothing else. */
export function termsFor(group: Group, days = 365, now = new Date(), itemKind = '') {
  return {
    ...(itemKind === 'warning' ? { kind: 'emergency' as const } : {}),
    group: group.group, regions: group.regions, venues: group.venues, valid_from: utc(now),
    valid_until: utc(now.getTime() + days * 86400_000), offline_days: 45,
  }
}
/** `also`: what is confirmed as public and why, where submitting is all of the review before the signatures. */
export async function submitItem(id: string, itemKind = '', also: { privacy_exceptions?: string[]; comment?: string } = {}) {
  const groups = (await reviewers()).approve
  const wanted = itemKind === 'warning' ? 'emergency' : 'loop'
  const body = termsFor(groups.find((g) => g.kinds.some((k) => k === '*' || k === wanted)) ?? groups[0], 365, new Date(), itemKind)
  return must(api.POST('/v1/items/{item}/submit', { params: { path: { item: id } }, body: { ...body, ...also } }))
}
