// A secretary is replaced on the page of his post, with a sheet that both sides sign: the same minute his village's placard is wrong on the wall list, on the page behind its code
// and on the board; a new print with a photo puts all three right.

import { expect, it } from 'vitest'
import type { DutyView, Items, Me, PersonPage, PlacardPage, PlacardView, PostView } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { ask, settled, signIn } from './desk'
import { picture } from './phone'
import { openTown, type Town } from './town'

let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

it('follows the holder of a post, and a photo puts it right', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  const { today } = await ask<{ today: string }>(page, '/me')
  const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10)
  const { items } = await ask<PlacardPage>(page, '/placards?kind=village&standing=current&q=胡豆坪')
  const placard = await ask<PlacardView>(page, `/placards/${items[0]?.id}`)
  const village = placard.village
  const covered = async () => (await ask<PlacardPage>(page, '/placards')).coverage.find((one) => one.village.id === village.id)
  const onBoard = async () => {
    const { occurrences } = await ask<DutyView>(page, '/board/duties/C2.4?limit=200')
    return occurrences.items.filter((one) => one.subject.id === village.id).map((one) => `${one.window.key} ${one.status}`)
  }
  const [before, boardBefore] = [await covered(), await onBoard()]
  expect(before?.roster).toBe(true)

  // The secretary's last day was yesterday; somebody else has the post from today on.
  const { items: posts } = await ask<Items<PostView>>(page, '/posts')
  const post = posts.find((one) => one.name.startsWith(`${village.name}书记`))
  const old = post?.holders[0]
  const taker = await signIn(town, 'grid1')
  const { person: { name: called } } = await ask<Me>(taker.page, '/me')
  const { items: people } = await ask<PersonPage>(page, `/people?limit=50&q=${encodeURIComponent(called)}`)
  const next = people.find((one) => one.name === called && !placard.today.some((line) => line.name === one.name))
  if (!post || !old || !next) throw new Error('the sample town has no such secretary')

  // The post changes hands on its own page; the sheet lists what stays with it, and both sides sign.
  await page.goto(`${town.url}/posts/${post.id}`)
  await settled(page)
  await page.click('#main button.pri:has-text("换人交接")')
  await page.fill('.dialog .field:has-text("最后一天") input', yesterday)
  await page.fill('.dialog .field:has-text("接任日期") input', today)
  await page.click('.dialog .field:has-text("接任人") .el-select')
  await page.fill('.dialog .field:has-text("接任人") .el-select input', next.name)
  await page.click(`.el-select-dropdown__item:visible:has-text("${next.name}")`)
  await page.fill('.dialog .field:has-text("依据") input', '任免通知')
  await page.fill('.dialog .field textarea', '村委会公章')
  await page.click('.dialog footer button.pri')
  await page.waitForURL('**/handovers/**')
  await settled(page)
  const sheet = page.url()
  const listed = (await page.textContent('#main')) ?? ''
  for (const words of ['公示牌', '村委会公章', old.person.name, next.name]) expect(listed, 'the sheet').toContain(words)
  await page.click('#main button:has-text("代移交人签字")')
  await page.fill('.dialog textarea', '已调离本镇，无法到场')
  await page.click('.dialog footer .btn:last-child')
  await page.waitForSelector('.dialog', { state: 'detached' })
  await taker.page.goto(sheet)
  await settled(taker.page)
  await taker.page.click('#main button.pri:has-text("接任人签收")')
  await taker.page.click('.dialog footer button.pri')
  await taker.page.waitForSelector('.dialog', { state: 'detached' })
  await taker.page.waitForSelector('#main .st:has-text("交接完毕")')
  expect(taker.errors).toEqual([])
  await taker.page.context().close()

  await page.goto(`${town.url}/placards?village=${village.id}&kind=village`)
  await page.waitForSelector('#main tbody .st:has-text("人员已变动")')
  // He is named on every placard of the village, those of its groups too.
  expect(await covered()).toMatchObject({ total: before?.total, current: 0, roster: false })
  expect(await onBoard()).not.toEqual(boardBefore)
  const stranger = await (await fetch(town.url + placard.href)).text()
  expect(stranger).toContain(next.name)
  expect(stranger).not.toContain(old.person.name)

  await page.click('#main tbody a')
  await page.waitForSelector(`.wrong:has-text("${old.person.name}"):has-text("${next.name}")`)
  await page.click('.acts button:has-text("打印")')
  await page.click('.dialog button:has-text("生成打印文件")')
  const href = await page.getAttribute('.dialog a:has-text("打开打印文件")', 'href', { timeout: 60_000 })
  const file = await page.evaluate(async (path) => (await (await fetch(path ?? '')).text()).slice(0, 5), href)
  expect(file).toBe('%PDF-')
  await page.click('.dialog footer .btn:first-child')
  await page.waitForSelector('.acts .btn.pri:has-text("登记张贴")')
  await page.click('.acts button:has-text("登记张贴")')
  await page.setInputFiles('.dialog input[type=file]', picture(77))
  await page.waitForSelector('.dialog figcaption:has-text("已传")', { timeout: 60_000 })
  await page.click('.dialog footer .btn.pri')
  await page.waitForSelector('h1 .st:has-text("现行")')
  await settled(page)
  expect(await covered()).toMatchObject({ current: 1, roster: true })
  expect(await onBoard()).toEqual(boardBefore)
  expect(errors).toEqual([])

  // On a phone the list and the page fit.
  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of ['/placards', `/placards/${placard.id}`]) {
    await page.goto(town.url + path)
    await page.waitForSelector('#main h1')
    await settled(page)
    const wide = await page.evaluate(() => [document.documentElement, document.querySelector('main')].some((el) => el !== null && el.scrollWidth > el.clientWidth + 1))
    expect(wide, path).toBe(false)
  }
  await page.context().close()
}, 240_000)
