// The first hour of a real office, walked as the wizard leads: a fresh server, the office, its certificate, accounts from a table,
// the key ceremony with passphrases, a site, and the first screen with the package that the wizard made.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { fingerprint, waitFor } from './programs.mjs'
import { openBrowser, Person } from './person.mjs'

export const passphrase = 'a long passphrase of 96110'
const step = async (p, name) => {
  await p.click(`[data-test=step-${name}]`)
  await p.page.locator(`[data-test=step-${name}][aria-current=step]`).waitFor()
}
const finished = (p, name) => p.page.locator(`[data-test=step-${name}] .tag.green`).waitFor()

export async function firstHour({ programs, port, url, passwords, note, wrong }) {
  note('a fresh server and its first administrator')
  programs.start('server', 'fz-server', '--data', programs.path('server'), '--listen', `127.0.0.1:${port}`)
  await waitFor('the server answers', 60, () => fingerprint(port))
  const browser = await openBrowser()
  const admin = await Person.come(browser, url)
  const given = readFileSync(programs.path('server', 'admin-password'), 'utf8').trim()
  await admin.login('admin', given)
  await admin.page.locator('#fresh').waitFor() // the first password must be changed, and nothing else is to be had before
  await admin.page.fill('#old', given)
  await admin.page.fill('#fresh', passwords.admin)
  await admin.page.fill('#again', passwords.admin)
  await admin.click('button[type=submit]')
  const apps = { admin: await admin.secondFactor(passwords.admin) }
  await admin.says('首次设置还差')
  await admin.page.getByRole('link', { name: /首次设置还差/ }).click()
  await admin.page.locator('#step').waitFor()

  note('step 1: the office')
  await step(admin, 'office')
  await admin.page.fill('#oname', '南川区反诈中心')
  await admin.page.fill('#ocode', '500119')
  await admin.picture('setup-office')
  wrong.push(...(await admin.axe('set-up: office')))
  await admin.click('[data-test=save-office]')
  await finished(admin, 'office')

  note('step 2: the certificate of an authority of the office, in force at once')
  const before = await fingerprint(port)
  await step(admin, 'certificate')
  await admin.picture('setup-certificate')
  wrong.push(...(await admin.axe('set-up: certificate')))
  await admin.page.fill('#cnames', '127.0.0.1\nlocalhost')
  await admin.click('[data-test=save-certificate]')
  await finished(admin, 'certificate')
  const after = await waitFor('the new certificate', 20, async () => {
    const now = await fingerprint(port)
    return now && now !== before && now
  })
  const ca = await admin.context.request.get(url + '/v1/setup/office-ca/ca.crt')
  assert.equal(ca.status(), 200)

  note('step 3: accounts from a table')
  await admin.go('/setup?step=people')
  await admin.press('从表格导入账号')
  const people = programs.write('people.csv', '\ufeff账号,姓名,单位,角色,持钥人\r\nwenyuan,文员小陈,500119,contributor,\r\nshenhe1,初审老林,500119,reviewer,reviewer-1\r\nshenhe2,终审老赵,500119,reviewer publisher,reviewer-2\r\nzhiban,值班老孙,500119,duty,\r\n')
  await admin.page.locator('.el-dialog:visible input[type=file]').setInputFiles(people)
  await admin.page.locator('[data-test=rows] td', { hasText: '终审老赵' }).waitFor()
  await admin.picture('setup-import')
  await admin.click('[data-test=import]')
  await admin.page.locator('[data-test=passwords] tbody tr').nth(3).waitFor()
  const first = {}
  for (const row of await admin.page.locator('[data-test=passwords] tbody tr').all()) first[await row.locator('td').nth(0).textContent()] = (await row.locator('td').nth(1).textContent()).trim()
  await admin.press('已保存好，关闭')
  await finished(admin, 'people')
  await admin.picture('setup-people')

  note('step 4: the key ceremony, with passphrases')
  await step(admin, 'keys')
  await waitFor('the holders of the accounts', 20, async () => (await admin.page.inputValue('#kreviewers')) === 'reviewer-1, reviewer-2')
  await waitFor('the online key', 20, async () => /--online-key [0-9a-f]{64} /.test(await admin.page.locator('[data-test=command]').textContent()))
  await admin.picture('setup-keys')
  wrong.push(...(await admin.axe('set-up: keys')))
  const [description] = await Promise.all([admin.page.waitForEvent('download'), admin.click('[data-test=description]')])
  await description.saveAs(programs.path('office.toml'))
  const command = (await admin.page.locator('[data-test=command]').textContent()).trim().split(/\s+/)
  const moved = command.map((word) => (word === 'keys' ? programs.path('keys') : word === 'office.toml' ? programs.path('office.toml') : word))
  programs.run(moved[0], '--passphrase-file', programs.write('passphrase', passphrase + '\n'), ...moved.slice(1))
  for (const [n, file] of ['1.root.json', 'reviewers.json', 'withdrawals.json'].entries()) {
    await admin.page.locator('#step input[type=file]').nth(n).setInputFiles(programs.path('keys', file))
    await waitFor(file + ' is taken', 30, async () => (await admin.page.locator('#step .lines .tag.green').count()) === n + 1)
  }
  await finished(admin, 'keys')
  await admin.go('/print/ceremony')
  await admin.page.locator('[data-test=keys] tbody tr').nth(7).waitFor() // 3 officers, online, 2 reviewers, duty, renew
  await admin.picture('print-ceremony')
  wrong.push(...(await admin.axe('record of the ceremony')))

  note('step 5: a site, and the screen with the package that was made here')
  await admin.go('/setup?step=screen')
  await admin.click('[data-test=new-site]')
  await admin.page.fill('#sname', '区政务服务大厅')
  await admin.page.fill('#skeeper', '老周')
  await admin.page.fill('#sphone', '023-12345678')
  await admin.press('保存')
  await admin.page.locator('#site').waitFor({ state: 'hidden' })
  const [site] = await Promise.all([admin.page.waitForEvent('download'), admin.click('[data-test=package]')])
  assert.equal(site.suggestedFilename(), 'fanzha-site.json')
  await site.saveAs(programs.path('stick', 'fanzha-site.json'))
  assert.deepEqual([JSON.parse(readFileSync(programs.path('stick', 'fanzha-site.json'), 'utf8')).pin, JSON.parse(readFileSync(programs.path('stick', 'fanzha-site.json'), 'utf8')).server], [after, url])
  await admin.picture('setup-screen')
  programs.start('screen', 'fz-screen', '--listen', programs.path('screen.sock'), '--size', '640x360', '--sink', 'headless', '--preview', programs.folder, '--tap', programs.path('tap.jsonl'))
  await waitFor('the screen listens', 60, () => existsSync(programs.path('screen.sock')))
  const config = programs.write('agent.toml', `site = ["${programs.path('stick')}"]\n`)
  programs.start('agent', 'fz-agent', '--config', config, '--data', programs.path('agent'), '--screen-socket', programs.path('screen.sock'))
  const code = await waitFor('the code', 60, () => existsSync(programs.path('agent', 'enrolment.json')) && JSON.parse(readFileSync(programs.path('agent', 'enrolment.json'), 'utf8')).code)
  await admin.click('[data-test=enrol]')
  await admin.page.fill('#ecode', code.toLowerCase())
  await admin.page.fill('#ename', '一楼大屏')
  await admin.picture('enrol')
  wrong.push(...(await admin.axe('enrolment form')))
  await admin.page.locator('button[form=enrol]').click()
  await finished(admin, 'screen')
  await admin.says('已完成 5 / 5 步')
  return { browser, admin, apps, first }
}
