// Chinese first, English second: every text stands as a pair, so that neither can be forgotten (test/texts.test.ts).
// Texts hold {names} and nothing else, so that no compiler of messages has to be fetched and started before the first page.
import { ref, type App } from 'vue'
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

const locale = ref<Language>('zh')
/** The text in the person's language; its key if there is none. A page that shows it follows the language by itself. */
function t(key: string, params: object = {}): string {
  const text = texts[key]?.[locale.value === 'en' ? 1 : 0] ?? key
  return text.includes('{') ? text.replace(/\{(\w+)\}/g, (_whole, name: string) => String((params as Record<string, unknown>)[name] ?? '')) : text
}
const te = (key: string) => key in texts

declare module 'vue' {
  interface ComponentCustomProperties { $t: typeof t; $te: typeof te }
}
export const i18n = {
  global: { t, te },
  install(app: App) {
    Object.assign(app.config.globalProperties, { $t: t, $te: te })
  },
}
export function setLanguage(language: Language) {
  locale.value = language
}
export const language = () => locale.value
