// What must not stand in public text: whole identity, phone and card numbers. Found while typing, without the server; the reviewers still read.
import type { Finding } from './privacy'

/** Numbers that are somebody's own, with the form in which notices write them. */
export function localFindings(text: string): Finding[] {
  const out = new Map<string, Finding>()
  for (const [run] of text.matchAll(/\d[\d\- ]{6,}[\dXx]/g)) {
    const digits = run.replace(/[- ]/g, '')
    if (/^\d{17}[\dXx]$/.test(digits)) out.set(run, { kind: 'identity_card', text: run, masked: digits.slice(0, 3) + '*'.repeat(15) })
    else if (/^1[3-9]\d{9}$/.test(digits)) out.set(run, { kind: 'phone', text: run, masked: `${digits.slice(0, 3)}****${digits.slice(-4)}` })
    else if (/^\d{16,19}$/.test(digits)) out.set(run, { kind: 'bank_card', text: run, masked: `${digits.slice(0, 4)} **** **** ${digits.slice(-4)}` })
  }
  return [...out.values()]
}
export const unmasked = (text: string): string[] => localFindings(text).map((f) => f.text)
