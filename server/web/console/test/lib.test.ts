// What stands behind the pages: moments, walls' clocks, tables, the trail, the ceremony, the live channel.
import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex } from '@noble/hashes/utils'
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { i18n, setLanguage } from '../src/i18n'
import { descriptionOf, keysOf, namesIn, planProblem } from '../src/lib/ceremony'
import { deviceOf } from '../src/lib/devices'
import { ago, instantOf, time, wallOf } from '../src/lib/format'
import { pieces } from '../src/lib/moments'
import { firstRows, fromCsv } from '../src/lib/sheet'
import { codeOf, fileOf } from '../src/lib/site_package'
import { canonical, START, TrailReader } from '../src/lib/trail'
import { useUploads } from '../src/lib/uploads'
import { desk } from './desk'

const digest = (text: string) => bytesToHex(sha256(new TextEncoder().encode(text)))

test('moments in a comment, and what only looks like one', () => {
  expect(pieces('[0:05] 开头 [1:02:03] 后面')).toEqual([{ text: '[0:05]', seconds: 5 }, { text: ' 开头 ' }, { text: '[1:02:03]', seconds: 3723 }, { text: ' 后面' }])
  expect(pieces('见第[3]条 10:30')).toEqual([{ text: '见第[3]条 10:30' }])
})

describe('the clock on the wall of a site', () => {
  test('is that of its zone, there and back', () => {
    const at = new Date('2026-11-25T08:30:00Z')
    expect(wallOf(at, 'Asia/Urumqi')).toBe('2026-11-25T14:30')
    expect(instantOf('2026-11-25T14:30', 'Asia/Urumqi')).toEqual(at)
    expect(time('2026-11-25T16:30:00Z', 'Asia/Shanghai')).toContain('26')
  })
  test('an hour that comes twice is the first, one that never comes is the one after it', () => {
    expect(instantOf('2026-10-25T02:30', 'Europe/Berlin').toISOString()).toBe('2026-10-25T00:30:00.000Z')
    expect(instantOf('2026-03-29T02:30', 'Europe/Berlin').toISOString()).toBe('2026-03-29T01:30:00.000Z')
  })
})

describe('the first rows of a table', () => {
  // Packed parts are for the browser (pages_test.mjs): not every Node unpacks them.
  function stored(parts: [string, string][]): Uint8Array<ArrayBuffer> {
    const u16 = (n: number) => [n & 255, (n >> 8) & 255]
    const u32 = (n: number) => [...u16(n & 65535), ...u16(n >>> 16)]
    const bytes = (text: string) => [...new TextEncoder().encode(text)]
    const out: number[] = []
    const directory: number[] = []
    for (const [name, text] of parts) {
      const data = bytes(text)
      const at = out.length
      const common = [...u16(0), ...u32(0), ...u32(0), ...u32(data.length), ...u32(data.length), ...u16(name.length), ...u16(0)]
      out.push(...u32(0x04034b50), ...u16(20), ...u16(0), ...common, ...bytes(name), ...data)
      directory.push(...u32(0x02014b50), ...u16(20), ...u16(20), ...u16(0), ...common, ...u16(0), ...u16(0), ...u16(0), ...u32(0), ...u32(at), ...bytes(name))
    }
    const start = out.length
    out.push(...directory, ...u32(0x06054b50), ...u16(0), ...u16(0), ...u16(parts.length), ...u16(parts.length), ...u32(directory.length), ...u32(start), ...u16(0))
    return new Uint8Array(out)
  }
  const sheet = '<worksheet><sheetData><row><c r="A1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>名称</t></is></c></row><row><c r="A2"><v>500119</v></c><c r="B2" t="s"><v>0</v></c></row></sheetData></worksheet>'
  test('of a workbook', async () => {
    const file = stored([['[Content_Types].xml', '<x/>'], ['xl/sharedStrings.xml', '<sst><si><t>东城</t></si><si><r><t>代</t></r><r><t>码</t></r></si></sst>'], ['xl/worksheets/sheet1.xml', sheet]])
    expect(await firstRows(new Blob([file]))).toEqual([['代码', '', '名称'], ['500119', '东城']])
  })
  test('of CSV, in both encodings, with quotes', async () => {
    expect(fromCsv('\ufeffa,"b ""c""\n d"\r\n\r\n1,2\r\n', 6)).toEqual([['a', 'b "c"\n d'], ['1', '2']])
    expect(await firstRows(new Blob([new Uint8Array([0xd5, 0xc5, 0xc8, 0xfd, 0x2c, 0x31])]))).toEqual([['张三', '1']])
  })
  test('what is none is none', async () => {
    expect(await firstRows(new Blob([new Uint8Array([0x50, 0x4b, 3, 4, 9, 9, 9, 9, 9, 9])]))).toBeNull()
  })
})

describe('the trail', () => {
  const chain = (n: number) => {
    let prev = START
    return Array.from({ length: n }, (_, k) => {
      const entry = { seq: k + 1, at: '2026-11-25T08:00:00Z', actor: 'a1', action: 'item.submit', object: 'i' + k, refused: false, unit: 'u1', details: { z: 1, a: '"引号"' } }
      const hash = digest(prev + '\n' + canonical(entry))
      const line = canonical({ ...entry, prev, hash })
      prev = hash
      return line
    })
  }
  test('whole: every entry counts, over several pages', () => {
    const lines = chain(5)
    const r = new TrailReader()
    expect(r.take('{}', lines.slice(0, 3)) && r.take('{}', lines.slice(3))).toBe(true)
    expect(r.verdict).toMatchObject({ entries: 5, last: 5, broken: 0 })
  })
  test.each([['an edit', (l: string[]) => [l[0], l[1].replace('i1', 'i9'), l[2]], 2], ['a cut', (l: string[]) => [l[0], l[2]], 3], ['another order', (l: string[]) => [l[1], l[0]], 2]])('%s is seen', (_name, change, where) => {
    const r = new TrailReader()
    expect(r.take('{}', change(chain(3)))).toBe(false)
    expect(r.verdict.broken).toBe(where)
  })
  test('a checkpoint must name the entry as it is', () => {
    const lines = chain(2)
    const point = (hash: string) => JSON.stringify({ payload: btoa(JSON.stringify({ _type: 'audit-checkpoint', seq: 2, hash })), payloadType: 'x', signatures: [] })
    const good = new TrailReader()
    expect(good.take('{}', [...lines, point(JSON.parse(lines[1]).hash)])).toBe(true)
    expect(good.verdict.checkpoints).toBe(1)
    expect(new TrailReader().take('{}', [...lines, point('0'.repeat(64))])).toBe(false)
  })
})

describe('the ceremony', () => {
  const plan = { officers: 'officer-1、officer-2, officer-3', reviewers: 'r-1 r-2', duty: 'duty-1', region: '500119' }
  test('its description, and what is wrong with a plan', () => {
    expect(namesIn('a，b; a')).toEqual(['a', 'b'])
    expect(planProblem(plan)).toBe('')
    expect(descriptionOf(plan)).toContain('root_holders = ["officer-1", "officer-2", "officer-3"]')
    expect(planProblem({ ...plan, officers: 'officer-1' })).toBe('ceremony.needOfficers')
    expect(planProblem({ ...plan, reviewers: 'r-1' })).toBe('ceremony.needReviewers')
    expect(planProblem({ ...plan, duty: '' })).toBe('ceremony.needDuty')
    expect(planProblem({ ...plan, duty: 'r-1' })).toBe('ceremony.twice')
    expect(planProblem({ ...plan, duty: '值班"1' })).toBe('ceremony.plainNames')
  })
  test('its record names every key once, with what it is for', () => {
    const wrap = (p: object) => ({ payload: btoa(JSON.stringify(p)) })
    const rows = keysOf(wrap({ keys: { a: { holder: 'officer-1' }, o: {} }, roles: { root: { keyids: ['a'] }, timestamp: { keyids: ['o'] } } }),
      wrap({ keys: { r: { holder: 'r-1' }, d: { holder: 'duty-1' }, n: { holder: 'renew' } }, approve: [{ keyids: ['r'] }, { keyids: ['r'] }], withdraw: { keyids: ['r', 'd'] }, renew: { keyids: ['n'] } }))
    expect(rows.map((k) => `${k.role} ${k.holder}`)).toEqual(['root officer-1', 'online ', 'approve r-1', 'withdraw duty-1', 'renew renew'])
  })
  test('the site package is the one that screens read', () => {
    const p = { server: 'https://a.example:8443', pin: 'e'.repeat(64), root: new TextEncoder().encode('{"x":1}') }
    expect(codeOf(p)).toBe(`https://a.example:8443/#root=${digest('{"x":1}')}&pin=${p.pin}`)
    expect(JSON.parse(fileOf(p))).toEqual({ pin: p.pin, root: btoa('{"x":1}'), schema: 1, server: p.server })
  })
})

test('devices have names that people know', () => {
  expect(deviceOf('Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit Chrome/120.0 Safari/537 Edg/120.0')).toBe('Edge, Windows')
  expect(deviceOf('fz/0.1')).toBe('fz')
})

test('a folder that is dropped gives all that is in it and below', async () => {
  desk({})
  const file = (name: string) => ({ isFile: true, file: (done: (f: File) => void) => done(new File(['x'], name)) })
  const folder = (list: object[]) => ({ isFile: false, createReader: () => ({ readEntries: (done: (l: object[]) => void) => done(list.splice(0, 2)) }) })
  const entry = folder([file('a.png'), folder([file('b.mp4')]), file('c.png')])
  const data = { items: [{ webkitGetAsEntry: () => entry }], files: [new File([], '海报')] } as unknown as DataTransfer
  expect((await useUploads().filesOf(data)).map((f) => f.name)).toEqual(['a.png', 'b.mp4', 'c.png'])
})

describe('the live channel', () => {
  class Socket {
    static all: Socket[] = []
    onopen = () => undefined as void
    onmessage = (_e: { data: string }) => undefined as void
    onclose = (_e: { code: number }) => undefined as void
    constructor(readonly url: string) {
      Socket.all.push(this)
    }
    say(news: object) {
      this.onmessage({ data: JSON.stringify(news) })
    }
    close() {
      this.onclose({ code: 1006 })
    }
  }
  beforeEach(() => {
    vi.useFakeTimers()
    vi.resetModules()
    Socket.all = []
    vi.stubGlobal('WebSocket', Socket)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  async function page(look: () => Promise<unknown>, more = {}) {
    const { useLive } = await import('../src/lib/live')
    return mount(defineComponent({ setup: () => (useLive(look, ['screens'], { id: 'k1', fallbackMs: 30_000, ...more }), () => h('i')) }))
  }
  test('reads anew when its topic and its id have news, and on resync', async () => {
    const look = vi.fn(async () => undefined)
    await page(look)
    await vi.advanceTimersByTimeAsync(10)
    const s = Socket.all[0]
    expect(s.url).toMatch(/^ws:.*\/v1\/events$/)
    s.onopen()
    for (const news of [{ topic: 'items' }, { topic: 'screens', id: 'k2' }, { topic: 'beat' }]) s.say(news)
    await vi.advanceTimersByTimeAsync(1000)
    expect(look).toHaveBeenCalledTimes(1)
    for (let n = 0; n < 5; n++) s.say({ topic: 'screens', id: 'k1' })
    await vi.advanceTimersByTimeAsync(1000)
    expect(look).toHaveBeenCalledTimes(2) // five pieces of news at once are one look
    s.say({ topic: 'resync' })
    await vi.advanceTimersByTimeAsync(110_000)
    expect(look).toHaveBeenCalledTimes(3)
  })
  test('while it is broken the page looks by itself, slowly, and the channel comes back', async () => {
    const look = vi.fn(async () => undefined)
    await page(look)
    Socket.all[0].onclose({ code: 1006 })
    await vi.advanceTimersByTimeAsync(31_000)
    expect(look).toHaveBeenCalledTimes(2)
    expect(Socket.all.length).toBeGreaterThan(1)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(look.mock.calls.length).toBeLessThan(8)
  })
  test('a server that says nothing any more is given up', async () => {
    await page(async () => undefined)
    Socket.all[0].onopen()
    await vi.advanceTimersByTimeAsync(55_000)
    expect(Socket.all.length).toBe(2)
  })
  test('a page that is left listens no more', async () => {
    const look = vi.fn(async () => undefined)
    const w = await page(look)
    await vi.advanceTimersByTimeAsync(10)
    w.unmount()
    Socket.all[0].say({ topic: 'screens', id: 'k1' })
    await vi.advanceTimersByTimeAsync(100_000)
    expect(look).toHaveBeenCalledTimes(1)
  })
})

test('the near past and future are said in the words of Intl, in both languages', () => {
  const now = Date.parse('2026-11-25T08:00:00Z')
  const units = [['second', 1, 59], ['minute', 60, 59], ['hour', 3600, 23], ['day', 86400, 1200]] as const
  for (const [language, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']] as const) {
    setLanguage(language)
    const intl = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
    for (const [unit, size, most] of units) {
      for (let n = -most; n <= most; n++) {
        if (n || unit === 'second') expect(ago(new Date(now + n * size * 1000).toISOString(), now)).toBe(intl.format(n, unit))
      }
    }
  }
  setLanguage('zh')
})

test('texts take their parameters, and follow the language at once', () => {
  const { t, te } = i18n.global
  setLanguage('zh')
  expect(t('alerts.confirmed', { n: 2, of: 3 })).toBe('3 块屏幕中 2 块已确认')
  setLanguage('en')
  expect(t('alerts.confirmed', { n: 2, of: 3 })).toBe('2 of 3 screens have confirmed')
  expect(t('library.selected', { n: 0 })).toBe('0 selected')
  expect(te('no.such')).toBe(false)
  expect(t('no.such')).toBe('no.such')
  setLanguage('zh')
})
