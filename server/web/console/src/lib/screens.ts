// The state of a screen as one word and one colour, from what it said last and when.
import type { Screen } from '../api/client'

export type Word = 'ok' | 'stale' | 'alarm' | 'quiet' | 'dark' | 'new' | 'blocked' | 'replaced'
export const colours: Record<Word, string> = { ok: 'green', stale: 'amber', alarm: 'red', quiet: 'amber', dark: 'red', new: 'grey', blocked: 'grey', replaced: 'grey' }
export const HOUR = 3600_000

export function wordOf(s: Screen, now = Date.now()): Word {
  if (s.state === 'blocked' || s.state === 'replaced') return s.state
  if (!s.seen && !s.online) return 'new'
  const silent = s.seen ? now - new Date(s.seen).getTime() : 0
  if (!s.online && silent > HOUR) return 'dark'
  if (s.clone_alarm || (s.status?.alarms?.length ?? 0) > 0) return 'alarm'
  if (!s.online && silent > 2 * 60_000) return 'quiet'
  return s.status?.freshness && s.status.freshness !== 'fresh' ? 'stale' : 'ok'
}
