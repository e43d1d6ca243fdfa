// Items that a lower level offers to a unit above it. Nobody sees units above their own, but the way up stands in the path.
import { api, must, type Item, type Schemas, type Unit } from '../api/client'
import { i18n } from '../i18n'

export type Offer = Schemas['Offer']
export const readOffers = async (state?: Offer['state']): Promise<Offer[]> =>
  (await must(api.GET('/v1/offers', state ? { params: { query: { state } } } : {}))).offers

export interface Upper { id: string; name: string }
/** The units above this one, the nearest first. */
export function uppersOf(unit: string, units: Unit[]): Upper[] {
  const above = (units.find((u) => u.id === unit)?.path ?? '').split('/').filter((id) => id && id !== unit).reverse()
  return above.map((id, n) => ({ id, name: units.find((u) => u.id === id)?.name ?? (n ? i18n.global.t('offer.upper', { n: n + 1 }) : i18n.global.t('offer.nearest')) }))
}
/** A unit's name; of one that is not of one's branch, that it is above. */
export const nameIn = (unit: string, units: Unit[]) => units.find((u) => u.id === unit)?.name ?? i18n.global.t('offer.above')

/** What may be handed up: what is approved, and drafts that are ready; never what a review has in its hands. */
export const mayBeOffered = (item: Item) => item.processing === 'ready' && (item.state === 'approved' || item.state === 'draft')
