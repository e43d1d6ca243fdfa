// What the key ceremony is told and what came of it: the description for fz-keys, and the keys that the documents name.
import { payloadOf } from '../api/client'

export interface CeremonyPlan { officers: string; reviewers: string; duty: string; region: string; venues?: string }
export interface KeyRow { role: string; holder: string; keyid: string }

/** "officer-1, officer-2" in any of the ways in which people part a list. */
export const namesIn = (text: string) => [...new Set(text.split(/[\s,，、;；]+/).filter(Boolean))]
const quoted = (list: string[]) => '[' + list.map((x) => JSON.stringify(x)).join(', ') + ']'

/** office.toml for `fz-keys ceremony --description`. */
export function descriptionOf(p: CeremonyPlan): string {
  return [
    `root_holders = ${quoted(namesIn(p.officers))}`, `withdraw_holders = ${quoted(namesIn(p.duty))}`, 'renew_holders = ["renew"]',
    '[[group]]', 'name = "office"', `holders = ${quoted(namesIn(p.reviewers))}`, `regions = ${quoted([p.region])}`, 'venues = ["*"]', 'kinds = ["*"]', '',
  ].join('\n')
}
/** Why this plan makes no ceremony, as a key of the texts; nothing if it does. */
export function planProblem(p: CeremonyPlan): string {
  const [officers, people, duty] = [namesIn(p.officers), namesIn(p.reviewers), namesIn(p.duty)]
  const all = [...officers, ...people, ...duty, 'renew']
  if (officers.length < 3) return 'ceremony.needOfficers'
  if (people.length < 2) return 'ceremony.needReviewers'
  if (!duty.length) return 'ceremony.needDuty'
  if (new Set(all).size !== all.length) return 'ceremony.twice'
  if (all.some((x) => !/^[A-Za-z0-9._-]{1,60}$/.test(x))) return 'ceremony.plainNames'
  return ''
}

type Keys = Record<string, { holder?: string }>
/** Every key that root and reviewers document name, with what it is for; unverified, for the printed record. */
export function keysOf(root: { payload: string } | null, reviewers: { payload: string } | null): KeyRow[] {
  const out: KeyRow[] = []
  const add = (role: string, keys: Keys, ids: string[]) => ids.forEach((id) => out.push({ role, holder: keys[id]?.holder ?? '', keyid: id }))
  if (root) {
    const p = payloadOf(root)
    for (const role of ['root', 'timestamp']) add(role === 'root' ? 'root' : 'online', p.keys ?? {}, p.roles?.[role]?.keyids ?? [])
  }
  if (reviewers) {
    const p = payloadOf(reviewers)
    const groups = (p.approve ?? []) as { keyids: string[] }[]
    const approvers = [...new Set(groups.flatMap((g) => g.keyids))]
    add('approve', p.keys ?? {}, approvers)
    add('withdraw', p.keys ?? {}, ((p.withdraw?.keyids ?? []) as string[]).filter((id) => !approvers.includes(id)))
    add('renew', p.keys ?? {}, (p.renew?.keyids ?? []) as string[])
  }
  return out
}
