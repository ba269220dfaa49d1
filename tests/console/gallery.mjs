// The gallery with a thousand results: what it asks for, what it keeps in the page, and how it moves.
import { given, launch, openTab, signIn } from './visit.mjs'

const { base, results } = given
const pixelsAFrame = 60
const settled = 1500 // milliseconds, in which a page that asked for more than it shows would have done so

const browser = await launch()
const tab = await openTab(browser)
const { page } = tab
await signIn(tab)
await page.evaluate(() => localStorage.setItem('darkroom-mode', JSON.stringify('live')))

const thumbnails = new Map()
const asked = []
page.on('response', async (response) => {
  const { pathname } = new URL(response.url())
  if (pathname.includes('/thumbnails/')) thumbnails.set(pathname, (await response.body().catch(() => Buffer.alloc(0))).length)
  else if (pathname.startsWith('/api/console/')) asked.push(pathname.slice('/api/console'.length))
})

await page.goto(`${base}/console/a/studio/gallery`)
const tiles = page.locator('[role=listitem]')
await tiles.first().waitFor()
await page.waitForTimeout(settled)
const atFirst = {
  asked: [...asked], tiles: await tiles.count(), thumbnails: thumbnails.size,
  countdown: await tiles.first().locator('[title]').first().getAttribute('title'),
}

// A frame at a time, as a wheel would: what is in the page meanwhile, and what it cost the browser.
const devtools = await page.context().newCDPSession(page)
await devtools.send('Performance.enable')
const cost = async () => Object.fromEntries((await devtools.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]))
const scroll = () => page.evaluate(async (step) => {
  const seen = { frames: 0, tiles: 0, slowest: 0 }
  const begin = performance.now()
  let last = begin
  while (window.scrollY + window.innerHeight < document.documentElement.scrollHeight - 1) {
    window.scrollBy(0, step)
    const now = await new Promise(requestAnimationFrame)
    seen.frames += 1
    seen.slowest = Math.max(seen.slowest, now - last)
    seen.tiles = Math.max(seen.tiles, document.querySelectorAll('[role=listitem]').length)
    last = now
  }
  return { ...seen, milliseconds: last - begin }
}, pixelsAFrame)

const moved = []
const said = page.getByRole('status').filter({ hasText: 'shown' })
const before = await cost()
for (let look = 0; look < 20; look += 1) {
  moved.push(await scroll())
  if ((await said.textContent()).startsWith(results)) break
  await page.waitForTimeout(300) // for the next page of the list
}
const after = await cost()
moved.push(await scroll())
const atEnd = { shown: await said.textContent(), tiles: await tiles.count() }

// Once more over what is there already, with every picture at hand.
await page.evaluate(() => window.scrollTo(0, 0))
await page.waitForTimeout(settled)
const rested = await cost()
const again = await scroll()
again.busyMillisecondsAFrame = 1000 * ((await cost()).TaskDuration - rested.TaskDuration) / again.frames

// A result's settings become the form of the playground.
await page.evaluate(() => window.scrollTo(0, 0))
await tiles.first().getByRole('button').click()
const dialog = page.getByRole('dialog')
const kept = await dialog.getByText(/left$/).textContent()
asked.length = 0
await dialog.getByRole('link', { name: 'Use these settings' }).click()
const prompt = await page.getByRole('textbox', { name: /^Prompt/ }).inputValue()
await page.getByTestId('price').waitFor()
await page.waitForTimeout(settled)
await browser.close()
console.log(JSON.stringify({
  atFirst, atEnd, kept, prompt, again, settingsAsked: asked, problems: tab.takeProblems(),
  frames: moved.reduce((sum, { frames }) => sum + frames, 0), mostTiles: Math.max(...moved.map(({ tiles }) => tiles)),
  layouts: after.LayoutCount - before.LayoutCount, styles: after.RecalcStyleCount - before.RecalcStyleCount,
  largest: Math.max(...thumbnails.values()), thumbnails: thumbnails.size,
}))
