// Comments on a moment of a video: "[1:02] the number is not masked". The brackets are the link.
export interface Piece { text: string; seconds?: number }

/** The text in pieces; those that name a moment carry its seconds. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = []
  let end = 0
  for (const m of text.matchAll(/\[(?:(\d{1,3}):)?(\d{1,3}):(\d{2})\]/g)) {
    if (m.index > end) out.push({ text: text.slice(end, m.index) })
    out.push({ text: m[0], seconds: Number(m[1] ?? 0) * 3600 + Number(m[2]) * 60 + Number(m[3]) })
    end = m.index + m[0].length
  }
  if (end < text.length) out.push({ text: text.slice(end) })
  return out
}
