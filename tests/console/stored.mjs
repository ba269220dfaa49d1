// What people can name, named with markup: it must be shown as text wherever it is shown.
import { ask, given, launch, openTab, setUp } from './visit.mjs'

const { base, link, markup, screens } = given
const browser = await launch()
const tab = await openTab(browser)
const { page } = tab
await page.addInitScript(() => { window.broken = [] })
await setUp(tab, link)
const made = []
for (const [method, path, body] of given.prepare) made.push((await ask(tab, method, path, body)).status)
const shown = {}
for (const path of screens) {
  await page.goto(base + path)
  await page.waitForSelector('h1')
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {})
  shown[path] = {
    text: (await page.textContent('body')).includes(markup),
    elements: await page.locator('img[src="x"], script:not([src])').count(),
    ran: await page.evaluate(() => window.broken.length),
  }
}
await browser.close()
console.log(JSON.stringify({ made, shown }))
