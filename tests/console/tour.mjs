// Every screen in light and dark, wide and on a phone: what axe-core finds, what goes wrong, how it looks.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { judge } from './judge.mjs'
import { ask, desktop, given, launch, openTab, phone, setUp, signIn } from './visit.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const { base, link, screens, entrances, shots, account } = given

const thumbnails = /\/thumbnails\//

async function look(tab, path, scheme) {
  const { page } = tab
  tab.takeProblems()
  const asked = []
  const note = (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/api/console/') && !thumbnails.test(pathname)) asked.push(pathname.slice('/api/console'.length))
  }
  page.on('request', note)
  await page.setViewportSize(desktop)
  await page.goto(base + path, { waitUntil: 'load' })
  await page.waitForSelector('h1')
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {}) // a stream stays open
  await page.evaluate(() => document.fonts.ready)
  const seen = { path, scheme, heading: (await page.textContent('h1')).trim(), axe: await judge(page, axe), wide: await tab.overflow() }
  page.off('request', note)
  seen.asked = asked
  seen.background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const file = `${shots}/${scheme}${path.split('#')[0].replace('/console', '').replace(/[^\w.-]/g, '_')}`
  await page.screenshot({ path: `${file}.png` })
  await page.setViewportSize(phone)
  // Once the frame has moved to its new place.
  await page.waitForFunction(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth, null,
    { timeout: 3000 }).catch(() => {})
  seen.wideOnPhone = await tab.overflow()
  seen.axe.push(...await judge(page, axe))
  await page.screenshot({ path: `${file}.phone.png`, fullPage: true })
  return { ...seen, problems: tab.takeProblems() }
}

const browser = await launch()
const seen = []
const first = await openTab(browser)
if (link) await setUp(first, link)
else await signIn(first)
const prepared = []
for (const [method, path, body] of given.prepare ?? []) prepared.push((await ask(first, method, path, body)).status)
const storage = await first.page.context().storageState()

await Promise.all(['light', 'dark'].map(async (scheme) => {
  const outside = await openTab(browser, { colorScheme: scheme })
  for (const path of entrances) seen.push(await look(outside, path, scheme))
  const tab = await openTab(browser, { colorScheme: scheme, storageState: storage })
  for (const path of screens) seen.push(await look(tab, path, scheme))
}))

// In Chinese, the words of the frame and of a screen.
const { page } = first
await page.goto(`${base}/console/a/${account}/keys`)
await page.getByRole('button', { name: 'Language' }).click()
await page.getByRole('menuitem', { name: '中文' }).click()
const chinese = await page.textContent('h1')
const language = await page.getAttribute('html', 'lang')

// Ctrl-K leads to a page.
await page.keyboard.press('Control+k')
await page.locator('[role=dialog] input').fill('webhook')
await page.waitForSelector('[role=dialog] [data-selected]')
await page.keyboard.press('Enter')
await page.waitForURL('**/webhooks')
const palette = page.url()
await browser.close()
console.log(JSON.stringify({ seen, prepared, chinese, language, palette }))
