import { describe, expect, test } from 'vitest'
import { problemOf } from '../src/api/client'
import { csvOf } from '../src/lib/csv'
import { bytes, dateFromNow, duration } from '../src/lib/format'
import { unmasked } from '../src/lib/mask'
import { isNoise, precheck, titleOf } from '../src/lib/precheck'
import { wordOf } from '../src/lib/screens'
import { termsFor } from '../src/lib/terms'
import { texts } from '../src/i18n'

describe('a file before it is sent', () => {
  const cases: [string, number, string | null][] = [
    ['海报.png', 10, null], ['片子.MP4', 10, null], ['讲稿.pptx', 10, 'slides'], ['通知.doc', 10, 'document'], ['名单.xls', 10, 'table'], ['传单.pdf', 10, null],
    ['IMG_1.HEIC', 10, 'heic'], ['包.zip', 10, 'archive'], ['歌.mp3', 10, null], ['播放器.exe', 10, 'program'], ['快捷方式.lnk', 10, 'shortcut'],
    ['片子.mp4.crdownload', 10, 'unfinished'], ['工程.prproj', 10, 'project'], ['稿.psd', 10, 'design'], ['图.svg', 10, 'vector'], ['~$讲稿.pptx', 10, 'lock'],
    ['空.png', 0, 'empty'], ['大.mp4', 2000, 'large'], ['没有扩展名', 10, null],
  ]
  test.each(cases)('%s (%i bytes): %s', (name, size, why) => {
    expect(precheck({ name, size }, 1000)).toBe(why)
    if (why) expect(texts).toHaveProperty(['upload.bad.' + why])
  })
  test('its name makes a title', () => {
    expect(titleOf('反诈_海报-终稿(2).png')).toBe('反诈 海报-终稿')
    expect(titleOf('.png')).toBe('.png')
    expect(Array.from(titleOf('字'.repeat(300) + '.png'))).toHaveLength(120)
  })
  test('what a folder holds besides', () => {
    expect(['.DS_Store', 'Thumbs.db', 'desktop.ini', 'a.png'].filter(isNoise)).toEqual(['.DS_Store', 'Thumbs.db', 'desktop.ini'])
  })
})

test('numbers of people are found while typing, hotlines are not', () => {
  expect(unmasked('嫌疑人手机13812345678，卡号6222 0200 1111 2222 333，身份证50011919900101123X')).toHaveLength(3)
  expect(unmasked('请拨打96110或110，咨询023-1234567，损失50000元，2026-11-25')).toEqual([])
})

test('the word for a screen', () => {
  const now = Date.parse('2026-11-25T12:00:00Z')
  const screen = { id: 's', site: '', name: '', device: '', enrolled: '', clone_alarm: false, online: true, state: 'active' as const, seen: '2026-11-25T11:59:40Z', status: { freshness: 'fresh' as const, alarms: [] } }
  expect(wordOf(screen, now)).toBe('ok')
  expect(wordOf({ ...screen, status: { ...screen.status, freshness: 'stale1' } }, now)).toBe('stale')
  expect(wordOf({ ...screen, status: { ...screen.status, alarms: [{ code: 'x', at: '' }] } }, now)).toBe('alarm')
  expect(wordOf({ ...screen, online: false, seen: '2026-11-25T11:50:00Z' }, now)).toBe('quiet')
  expect(wordOf({ ...screen, online: false, seen: '2026-11-25T10:00:00Z' }, now)).toBe('dark')
  expect(wordOf({ ...screen, online: false, seen: undefined }, now)).toBe('new')
  expect(wordOf({ ...screen, state: 'blocked' }, now)).toBe('blocked')
})

test('terms are all that the first group may approve for, in whole seconds', () => {
  const t = termsFor({ group: 'district', threshold: 2, regions: ['500119'], venues: ['*'], kinds: ['*'] }, 365, new Date('2026-11-25T12:00:00.789Z'))
  expect(t).toEqual({ group: 'district', regions: ['500119'], venues: ['*'], valid_from: '2026-11-25T12:00:00Z', valid_until: '2027-11-25T12:00:00Z', offline_days: 45 })
})

test('CSV holds Chinese for office programs and no formulas', () => {
  expect(csvOf([['标题', 1], ['=cmd()', 'a"b']])).toBe('\ufeff"标题","1"\r\n"\'=cmd()","a""b"\r\n')
})

test('sizes, durations and days', () => {
  expect([bytes(0), bytes(1500), bytes(2_500_000_000)]).toEqual(['0 B', '1.5 kB', '2.5 GB'])
  expect([duration(0), duration(61_000), duration(3_661_000)]).toEqual(['0:00', '1:01', '1:01:01'])
  expect(dateFromNow(1, new Date(2026, 11, 31))).toBe('2027-01-01')
})

test('an answer that is no problem+json still has words', () => {
  expect(problemOf(undefined, 502).text('zh')).toContain('502')
  expect(problemOf({ code: 'x', zh: '不行', en: 'no' }, 422).text('en')).toBe('no')
})
