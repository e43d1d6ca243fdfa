// The audit trail, entry by entry: every hash is computed anew from the entry and the one before (server/audit/README.md). The
// signatures of the checkpoints are for `fz audit verify` on another computer: a page cannot vouch for the server it came from.
import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex } from '@noble/hashes/utils'
import { payloadOf } from '../api/client'

export const START = '0'.repeat(64)
type Json = Record<string, unknown>
export interface Verdict { entries: number; last: number; checkpoints: number; broken: number; text: string[] } // broken: number of the first bad entry, 0: none

/** Members sorted, no white space: the text that was hashed. */
export function canonical(v: unknown): string {
  if (Array.isArray(v)) return '[' + v.map(canonical).join(',') + ']'
  if (v && typeof v === 'object') return '{' + Object.keys(v).sort().map((k) => JSON.stringify(k) + ':' + canonical((v as Json)[k])).join(',') + '}'
  return JSON.stringify(v)
}
const hashOf = (prev: string, entry: Json) => {
  const { hash: _hash, prev: _prev, ...rest } = entry
  return bytesToHex(sha256(new TextEncoder().encode(prev + '\n' + canonical(rest))))
}

export class TrailReader {
  private prev = START
  private next = 1
  private hashes = new Map<number, string>()
  readonly verdict: Verdict = { entries: 0, last: 0, checkpoints: 0, broken: 0, text: [] }

  /** One page of the export; false once something is broken. */
  take(header: string, lines: string[]): boolean {
    const v = this.verdict
    if (!v.text.length) v.text.push(header)
    for (const line of lines) {
      v.text.push(line)
      const e = JSON.parse(line) as Json
      if ('payload' in e) {
        const c = payloadOf(e as unknown as { payload: string })
        if (this.hashes.get(c.seq) !== c.hash) v.broken ||= c.seq
        v.checkpoints++
      } else {
        const good = e.seq === this.next && e.prev === this.prev && hashOf(this.prev, e) === e.hash
        if (!good) v.broken ||= Number(e.seq) || this.next
        this.prev = String(e.hash)
        this.next = Number(e.seq) + 1
        this.hashes.set(Number(e.seq), this.prev)
        if (this.hashes.size > 5000) this.hashes.delete(this.hashes.keys().next().value!)
        v.entries++
        v.last = Number(e.seq)
      }
      if (v.broken) return false
    }
    return true
  }
  /** The file that `fz audit verify` reads. */
  file(): Blob {
    const end = canonical({ type: 'fz-audit-end', entries: this.verdict.entries, last: this.verdict.last, hash: this.prev })
    return new Blob([[...this.verdict.text, end].join('\n') + '\n'], { type: 'application/jsonl' })
  }
}
