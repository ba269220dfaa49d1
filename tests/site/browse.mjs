// Opens pages of the documentation in Chromium and prints what happened as JSON: node browse.mjs BASE, with
// {chromium, pages, scheme, shots} on stdin.
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const base = process.argv[2]
const { browser: program, pages, scheme, shots } = JSON.parse(readFileSync(0, 'utf8'))
const desktop = { width: 1280, height: 900 }
const phone = { width: 390, height: 844 }

const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] })
const context = await browser.newContext({ viewport: desktop, colorScheme: scheme })
context.setDefaultTimeout(30_000)
const page = await context.newPage()
const problems = []
page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
page.on('pageerror', (error) => problems.push(String(error)))
page.on('request', (request) => {
  const url = request.url()
  if (!url.startsWith(`${base}/`) && !url.startsWith('data:') && !url.startsWith('blob:')) problems.push(`asks ${url}`)
})
page.on('response', (response) => { if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`) })

// How far the page is wider than the window, and what sticks out.
const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
const wait = (selector) => page.waitForSelector(selector, { state: 'attached' })

async function look({ path, selector }) {
  await page.setViewportSize(desktop)
  const answer = await page.goto(base + path, { waitUntil: 'load' })
  await wait(selector)
  await page.waitForLoadState('networkidle')
  const seen = { path, status: answer.status(), title: await page.title(), wide: await overflow() }
  seen.heading = (await page.textContent(selector)).trim()
  seen.background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  if (shots) await page.screenshot({ path: `${shots}/${scheme}${path.replaceAll('/', '_')}.png` })
  await page.setViewportSize(phone)
  seen.wide_on_phone = await overflow()
  if (shots) await page.screenshot({ path: `${shots}/${scheme}${path.replaceAll('/', '_')}.phone.png` })
  return seen
}

async function search(word) {
  await page.setViewportSize(desktop)
  await page.goto(`${base}/docs/quickstart`, { waitUntil: 'networkidle' })
  await page.click('.VPNavBarSearch button')
  await page.fill('.VPLocalSearchBox input', word)
  await wait('.VPLocalSearchBox .result')
  if (shots) await page.screenshot({ path: `${shots}/${scheme}_search.png` })
  const found = await page.locator('.VPLocalSearchBox .result').first().getAttribute('href')
  await page.keyboard.press('Escape')
  return found
}

// From one page to another by the sidebar, without a new document.
async function follow(model) {
  await page.goto(`${base}/docs/models`, { waitUntil: 'networkidle' })
  await page.click(`.model-card[href$="/models/${model}"]`)
  await wait('.model-page h1')
  const groups = await page.locator('.VPSidebar .text').allTextContents()
  await page.click('.samples-tabs >> text=Python')
  const sample = await page.textContent('.samples code')
  return { heading: (await page.textContent('.model-page h1')).trim(), groups, sample }
}

const seen = []
for (const one of pages) {
  problems.length = 0
  seen.push({ ...await look(one), problems: [...problems] })
}
problems.length = 0
const found = await search('idempotency')
const followed = await follow('pocket-picture')
await browser.close()
console.log(JSON.stringify({ pages: seen, found, followed, problems }))
