// What a screen's alarm means, in words: codes of the error catalogue, which the server tells, and what the machine says of itself.
import { api, must } from '../api/client'
import { i18n, language } from '../i18n'

type Sentence = { zh: string; en: string }
let asked: Promise<Map<string, Sentence>> | null = null

/** The catalogue, asked for once; without an answer it is asked for again next time. */
export function catalogue(): Promise<Map<string, Sentence>> {
  asked ??= must(api.GET('/v1/errors')).then((a) => new Map(a.errors.map((e) => [e.code, e]))).catch(() => {
    asked = null
    return new Map<string, Sentence>()
  })
  return asked
}
/** Empty for a code that nobody has words for. `params` fill the sentence; "…" where the screen did not say. */
export function meaningOf(code: string, known: Map<string, Sentence>, params: Record<string, string> = {}): string {
  if (i18n.global.te('alarm.' + code)) return i18n.global.t('alarm.' + code)
  return (known.get(code)?.[language()] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => params[name] || '…')
}
/** For tests: forgets that it was asked for. */
export const resetCatalogue = () => void (asked = null)
