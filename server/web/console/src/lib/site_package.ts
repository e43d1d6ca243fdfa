// What an installer brings to a new screen (shared/trust/site_package.hpp): which server, its certificate, the root of trust.
import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex } from '@noble/hashes/utils'
import { api, fetchBytes, must } from '../api/client'
import { saveBlob } from './save'

export interface SitePackage { server: string; pin: string; root: Uint8Array }

/** For the administrator of the whole tree, once there is a root document. Of a certificate that everybody trusts no pin is needed. */
export async function sitePackage(): Promise<SitePackage> {
  const setup = await must(api.GET('/v1/setup'))
  const root = new Uint8Array(await (await fetchBytes('/v1/metadata/1.root.json')).arrayBuffer())
  return { server: location.origin, pin: setup.certificate.fingerprint ?? '', root }
}
export const codeOf = (p: SitePackage) => `${p.server}/#root=${bytesToHex(sha256(p.root))}${p.pin ? '&pin=' + p.pin : ''}`
export const fileOf = (p: SitePackage) => JSON.stringify({ pin: p.pin, root: btoa(String.fromCharCode(...p.root)), schema: 1, server: p.server })
export async function saveSitePackage() {
  saveBlob('fanzha-site.json', new Blob([fileOf(await sitePackage())], { type: 'application/json' }))
}
