// What went wrong or well, said in the person's language where they look.
import { ElMessage } from 'element-plus/es/components/message/index'
import 'element-plus/es/components/message/style/css'
import { Problem } from '../api/client'
import { i18n, language } from '../i18n'

export function words(why: unknown): string {
  if (why instanceof Problem) {
    return why.text(language()) + (why.code === 'internal' && why.instance ? ` (${why.instance})` : '')
  }
  return why instanceof Error ? why.message : String(why)
}
export function complain(why: unknown) {
  ElMessage({ type: 'error', message: words(why), duration: 8000, showClose: true, grouping: true })
}
export function done(key: string, params: Record<string, unknown> = {}) {
  ElMessage({ type: 'success', message: i18n.global.t(key, params), duration: 3500, grouping: true })
}
