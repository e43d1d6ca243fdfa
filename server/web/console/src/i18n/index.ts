// Chinese first, English second: every text stands as a pair, so that neither can be forgotten (test/texts.test.ts).
import { createI18n } from 'vue-i18n'
import { common } from './common'
import { content } from './content'
import { fleet } from './fleet'
import { daily } from './daily'
import { making } from './making'
import { office } from './office'
import { setup } from './setup'
import { words } from './words'

export type Language = 'zh' | 'en'
export type Texts = Record<string, readonly [zh: string, en: string]>
export const texts: Texts = { ...common, ...content, ...fleet, ...office, ...daily, ...making, ...setup, ...words }

const side = (n: 0 | 1) => Object.fromEntries(Object.entries(texts).map(([key, pair]) => [key, pair[n]]))
export const i18n = createI18n({
  legacy: false,
  locale: 'zh',
  fallbackLocale: 'zh',
  flatJson: true,
  messages: { zh: side(0), en: side(1) },
})
export function setLanguage(language: Language) {
  i18n.global.locale.value = language
}
export const language = () => i18n.global.locale.value as Language
