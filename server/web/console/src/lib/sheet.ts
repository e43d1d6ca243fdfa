// The first rows of a table that somebody is about to send: CSV, or the first sheet of an .xlsx. For looking only; the server reads
// the whole of it by itself and has the last word.
const MOST_BYTES = 8_000_000
const XLSX = [0x50, 0x4b, 0x03, 0x04]

/** The first rows, or nothing where this browser cannot read them. */
export async function firstRows(file: Blob, most = 6): Promise<string[][] | null> {
  if (file.size > MOST_BYTES) return null
  const bytes = new Uint8Array(await file.arrayBuffer())
  try {
    return XLSX.every((b, n) => bytes[n] === b) ? await fromXlsx(bytes, most) : fromCsv(textOf(bytes), most)
  } catch {
    return null
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
export function fromCsv(text: string, most: number): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const t = text.replace(/^\ufeff/, '')
  for (let i = 0; i < t.length && rows.length < most; i++) {
    const c = t[i]
    if (quoted) {
      if (c !== '"') cell += c
      else if (t[i + 1] === '"') cell += t[++i]
      else quoted = false
    } else if (c === '"') quoted = true
    else if (c === ',' || c === '\t' || c === '\n') {
      row.push(cell.replace(/\r$/, ''))
      cell = ''
      if (c === '\n') rows.push(row.splice(0))
    } else cell += c
  }
  if (rows.length < most && (cell || row.length)) rows.push([...row, cell])
  return rows.filter((r) => r.some((x) => x.trim()))
}

/** The members of a ZIP file by name, from its directory at the end. */
async function unzip(bytes: Uint8Array, wanted: (name: string) => boolean): Promise<Map<string, string>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = bytes.length - 22
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--
  const out = new Map<string, string>()
  let at = view.getUint32(end + 16, true)
  for (let n = view.getUint16(end + 10, true); n > 0; n--) {
    const method = view.getUint16(at + 10, true)
    const size = view.getUint32(at + 20, true)
    const [name, extra, comment] = [28, 30, 32].map((o) => view.getUint16(at + o, true))
    const head = view.getUint32(at + 42, true)
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name))
    at += 46 + name + extra + comment
    if (!wanted(path)) continue
    const from = head + 30 + view.getUint16(head + 26, true) + view.getUint16(head + 28, true)
    const packed = bytes.slice(from, from + size)
    out.set(path, method === 0 ? new TextDecoder().decode(packed) : await bounded(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))))
  }
  return out
}
// A small file may be made to swell: what is looked at is bounded.
async function bounded(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done || text.length > 4 * MOST_BYTES) return text
    text += decoder.decode(value, { stream: true })
  }
}
async function fromXlsx(bytes: Uint8Array, most: number): Promise<string[][]> {
  const parts = await unzip(bytes, (n) => /^xl\/(sharedStrings|worksheets\/sheet1)\.xml$/.test(n))
  const xml = (name: string) => new DOMParser().parseFromString(parts.get(name) ?? '<x/>', 'application/xml')
  const all = (e: Element | Document, name: string) => [...e.getElementsByTagName(name)]
  const words = all(xml('xl/sharedStrings.xml'), 'si').map((s) => all(s, 't').map((t) => t.textContent).join(''))
  const rows: string[][] = []
  for (const r of all(xml('xl/worksheets/sheet1.xml'), 'row')) {
    const row: string[] = []
    for (const c of all(r, 'c')) {
      const letters = (c.getAttribute('r') ?? '').replace(/\d/g, '')
      const column = [...letters].reduce((n, l) => n * 26 + l.charCodeAt(0) - 64, 0) - 1
      const value = all(c, 'v')[0]?.textContent ?? ''
      row[column < 0 ? row.length : column] = c.getAttribute('t') === 's' ? (words[Number(value)] ?? '') : c.getAttribute('t') === 'inlineStr' ? all(c, 't').map((t) => t.textContent).join('') : value
    }
    const full = Array.from(row, (x) => x ?? '')
    if (full.some((x) => x.trim())) rows.push(full)
    if (rows.length >= most) break
  }
  return rows
}
