// Times, sizes and durations as people read them. Times are in the site's zone where there is a site, else in the browser's own;
// the zone is always shown with them.
import { language } from '../i18n'

const locale = () => (language() === 'en' ? 'en-GB' : 'zh-CN')
export const zoneName = () => Intl.DateTimeFormat().resolvedOptions().timeZone

export function time(at?: string | null, zone?: string): string {
  if (!at) return '—'
  return new Date(at).toLocaleString(locale(), { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', ...(zone && { timeZone: zone }) })
}
/** The instant at which a clock on that wall shows "2026-11-25T08:30"; of two the first, in a gap the one after it. */
export function instantOf(wall: string, zone: string): Date {
  const asIf = Date.parse(wall.slice(0, 16) + ':00Z')
  const offset = (at: number) => {
    const f = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
    const p = Object.fromEntries(f.formatToParts(at).map((x) => [x.type, x.value]))
    return Date.parse(`${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}Z`) - Math.floor(at / 1000) * 1000
  }
  const candidates = [asIf - offset(asIf - 86400_000), asIf - offset(asIf + 86400_000)].sort((a, b) => a - b)
  return new Date(candidates.find((t) => t + offset(t) === asIf) ?? candidates[candidates.length - 1])
}
/** "2026-11-25T08:30" as the clock on that wall shows it. */
export function wallOf(at: Date, zone: string): string {
  return at.toLocaleString('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }).replace(' ', 'T')
}
export function day(at?: string | null): string {
  if (!at) return '—'
  return new Date(at).toLocaleDateString(locale(), { year: 'numeric', month: '2-digit', day: '2-digit' })
}
// Intl's words for the near past and future (test/lib.test.ts compares them). Asking Intl itself makes the browser read its tables of
// the language, a tenth of a second on a slow computer before the first list is there.
const near: Record<string, readonly [zh: string, en: string]> = { '-2day': ['前天', ''], '-1day': ['昨天', 'yesterday'], '1day': ['明天', 'tomorrow'], '2day': ['后天', ''], '0second': ['现在', 'now'] }
const unitWords = { day: '天', hour: '小时', minute: '分钟', second: '秒钟' } as const
function relative(n: number, unit: keyof typeof unitWords): string {
  const english = language() === 'en'
  const word = near[(n || 0) + unit]?.[english ? 1 : 0]
  const size = Math.abs(n)
  if (word) return word
  if (size >= 1000) return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(n, unit)
  if (!english) return `${size}${unitWords[unit]}${n < 0 ? '前' : '后'}`
  const many = `${size} ${unit}${size === 1 ? '' : 's'}`
  return n < 0 ? `${many} ago` : `in ${many}`
}
/** "3分钟前", "in 2 days". */
export function ago(at?: string | null, now = Date.now()): string {
  if (!at) return '—'
  const seconds = (new Date(at).getTime() - now) / 1000
  for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60]] as const) {
    if (Math.abs(seconds) >= size) return relative(Math.round(seconds / size), unit)
  }
  return relative(Math.round(seconds), 'second')
}
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let i = 0
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000
    i++
  }
  return `${n >= 100 || i === 0 ? Math.round(n) : n.toFixed(1)} ${units[i]}`
}
export function duration(ms: number): string {
  const s = Math.round(ms / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`
}
/** RFC 3339 in UTC, in whole seconds: what the API takes. */
export const utc = (at: Date | number) => new Date(at).toISOString().slice(0, 19) + 'Z'
/** "2026-11-25" of this place's today, some days on. */
export function dateFromNow(days: number, now = new Date()): string {
  const d = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days)
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`
}
