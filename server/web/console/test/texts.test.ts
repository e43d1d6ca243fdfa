// Both languages say everything, and the pages say nothing that is not in the texts.
import { expect, test } from 'vitest'
import { texts } from '../src/i18n'
import { fraudKinds, itemKinds, itemStates, roles, venues } from '../src/lib/kinds'

const sources = import.meta.glob('../src/**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true }) as Record<string, string>
const pages = Object.entries(sources).filter(([name]) => !name.includes('/i18n/') && !name.endsWith('.d.ts'))
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

test('every text stands in both languages with the same parameters', () => {
  for (const [key, [zh, en]] of Object.entries(texts)) {
    expect(zh.trim(), key).not.toBe('')
    expect(en.trim(), key).not.toBe('')
    expect(placeholders(en), key).toEqual(placeholders(zh))
    if (key !== 'app.otherLanguage') expect(/[\u4e00-\u9fff]/.test(en), `${key}: Chinese in the English text`).toBe(false)
  }
})

test('every text that a page asks for exists', () => {
  let asked = 0
  for (const [page, text] of pages) {
    for (const [, key] of text.matchAll(/(?:\$t|\bt|done)\(\s*'([\w.]+)'/g)) {
      if (key.endsWith('.')) {
        expect(Object.keys(texts).some((k) => k.startsWith(key)), `${page}: ${key}*`).toBe(true)
      } else expect(texts, page).toHaveProperty([key])
      asked++
    }
  }
  expect(asked).toBeGreaterThan(150)
})

test('every word of a vocabulary has its texts', () => {
  const want = [...fraudKinds.map((k) => 'fraud.' + k), ...itemKinds.map((k) => 'kind.' + k), ...itemStates.map((k) => 'state.' + k), ...roles.map((k) => 'role.' + k), ...venues.map((k) => 'venue.' + k)]
  for (const key of want) expect(texts).toHaveProperty([key])
})

test('pages hold no words of their own', () => {
  for (const [page, text] of pages.filter(([name]) => name.endsWith('.vue'))) {
    const template = text.replace(/<!--[^]*?-->/g, '').match(/<template>[^]*<\/template>/)?.[0] ?? ''
    const words = template.replace(/'、'|'　'|：|（|）/g, '').match(/[\u4e00-\u9fff]+/)
    expect(words?.[0], page).toBeUndefined()
  }
})
