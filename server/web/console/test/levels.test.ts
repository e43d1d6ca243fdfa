// What publishing would change, and items between levels: handed up, taken over or declined, shared down.
import { afterEach, describe, expect, test, vi } from 'vitest'
import PublishDialog from '../src/parts/PublishDialog.vue'
import { desk, problem, settle, show } from './desk'

afterEach(() => {
  document.body.innerHTML = ''
  vi.unstubAllGlobals()
})
const said = (place: ParentNode = document.body) => (place.textContent ?? '').replace(/\s+/g, ' ')

describe('before publishing', () => {
  const campaigns = { campaigns: [] }
  const preview = (more = {}) => ({ screens: 0, unchanged: 4, elsewhere: 0, changes: [], warnings: [], ...more })
  async function opened(answer: unknown) {
    const d = desk({ 'GET /v1/campaigns': campaigns, 'GET /v1/publish': answer, 'POST /v1/publish': { version: 2, screens: 3, cohorts: 1, warnings: [] } })
    const { w } = await show(PublishDialog, { modelValue: false })
    await w.setProps({ modelValue: true })
    await settle(20)
    return d
  }
  const button = () => document.querySelector<HTMLButtonElement>('[data-test=publish]')!

  test('each kind of change stands with its screens, what comes and what goes', async () => {
    const changes = [{ screens: 7, names: ['大厅', '门口'], added: ['新海报'], removed: ['旧海报'] }, { screens: 1, names: ['电梯'], added: [], removed: [] }]
    const d = await opened(preview({ screens: 3, unchanged: 2, elsewhere: 1, changes, warnings: [{ zh: '电梯没有声音。', en: 'No sound.' }] }))
    const text = said(document.querySelector('[data-test=preview]')!)
    expect(text).toContain('3 块屏会换节目单（2 块不变） 另有其他单位的 1 块屏也会换。')
    const rows = [...document.querySelectorAll('[data-test=preview] ul.lines > li')].map((l) => said(l))
    expect(rows[0]).toMatch(/大厅、门口 等 7 块.*＋ 新增 新海报.*－ 不再播放 旧海报/)
    expect(rows[1]).toMatch(/^电梯.*只是时段、顺序或规则变了/)
    expect(rows[1]).not.toContain('等 1 块')
    expect(text).toContain('电梯没有声音。')
    expect(d.posted('POST')).toEqual([])
    button().click()
    await settle()
    expect(d.posted('POST /v1/publish')).toHaveLength(1)
  })
  test('no change is said, and publishing stays possible', async () => {
    await opened(preview())
    expect(said(document.querySelector('[data-test=preview]')!)).toContain('没有变化')
    expect(button().disabled).toBe(false)
  })
  test('a preview that cannot be had is said in the words of the server, and keeps nobody from publishing', async () => {
    const d = await opened(problem('store_busy', 503))
    expect(said(document.querySelector('[role=alert]')!)).toContain('不行：store_busy 仍然可以发布。')
    button().click()
    await settle()
    expect(d.posted('POST /v1/publish')).toHaveLength(1)
  })
})
