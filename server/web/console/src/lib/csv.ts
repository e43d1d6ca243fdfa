// CSV for office programs: a byte order mark, so that they see Chinese, and nothing that they would take for a formula.
import { saveBlob } from './save'

export function csvOf(rows: unknown[][]): string {
  const cell = (v: unknown) => {
    const text = String(v ?? '')
    return `"${(/^[=+\-@\t\r]/.test(text) ? "'" : '') + text.replace(/"/g, '""')}"`
  }
  return '\ufeff' + rows.map((r) => r.map(cell).join(',')).join('\r\n') + '\r\n'
}
export const saveText = (name: string, text: string) => saveBlob(name, new Blob([text], { type: 'text/csv;charset=utf-8' }))
