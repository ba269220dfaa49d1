// Opens pages of the documentation in Chromium and prints what happened as JSON: node browse.mjs BASE, with
// {chromium, pages, scheme, shots} on stdin.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { Tab } from './tab.mjs'
import { judge } from './judge.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const base = process.argv[2]
const { browser: program, pages, scheme, shots } = JSON.parse(readFileSync(0, 'utf8'))
const desktop = { width: 1280, height: 900 }
const phone = { width: 390, height: 844 }

const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] })
const context = await browser.newContext({ viewport: desktop, colorScheme: scheme })
context.setDefaultTimeout(60_000)

async function look(tab, { path, selector }) {
  const { page } = tab
  tab.problems = []
  await page.setViewportSize(desktop)
  const answer = await page.goto(base + path, { waitUntil: 'load' })
  await tab.wait(selector)
  await page.waitForLoadState('networkidle')
  const seen = { path, status: answer.status(), title: await page.title(), wide: await tab.overflow() }
  seen.heading = (await page.textContent(selector)).trim()
  seen.parts = await page.locator('.model-page h2').evaluateAll((all) => all.map(({ id }) => id))
  seen.background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  // The reference is Scalar's own page.
  seen.axe = path.endsWith('reference') ? [] : await judge(page, axe)
  if (shots) await page.screenshot({ path: `${shots}/${scheme}${path.replaceAll('/', '_')}.png` })
  await page.setViewportSize(phone)
  seen.wide_on_phone = await tab.overflow()
  if (shots) await page.screenshot({ path: `${shots}/${scheme}${path.replaceAll('/', '_')}.phone.png` })
  return { ...seen, problems: tab.problems }
}

async function search(tab, word) {
  const { page } = tab
  await page.setViewportSize(desktop)
  await page.goto(`${base}/docs/quickstart`, { waitUntil: 'networkidle' })
  await page.click('.VPNavBarSearch button')
  await page.fill('.VPLocalSearchBox input', word)
  await tab.wait('.VPLocalSearchBox .result')
  if (shots) await page.screenshot({ path: `${shots}/${scheme}_search.png` })
  const found = await page.locator('.VPLocalSearchBox .result').first().getAttribute('href')
  await page.keyboard.press('Escape')
  return found
}

// From one page to another by a card, without a new document.
async function follow(tab, model) {
  const { page } = tab
  await page.goto(`${base}/docs/models`, { waitUntil: 'networkidle' })
  await page.click(`.model-card[href$="/models/${model}"]`)
  await tab.wait('.model-page h1')
  const groups = await page.locator('.VPSidebar .text').allTextContents()
  await page.click('.samples-tabs >> text=Python')
  const sample = await page.textContent('.samples code')
  return { heading: (await page.textContent('.model-page h1')).trim(), groups, sample }
}

// Tabs spend most of their time waiting for each other's quiet, so a few at once.
const left = pages.map((one, place) => [one, place])
const seen = []
await Promise.all(Array.from({ length: 4 }, async () => {
  const tab = await Tab.open(context, base)
  for (let next; (next = left.shift());) seen[next[1]] = await look(tab, next[0])
}))
const tab = await Tab.open(context, base)
const found = await search(tab, 'idempotency')
const foundModel = await search(tab, 'pocket-picture')
const followed = await follow(tab, 'pocket-picture')
await browser.close()
console.log(JSON.stringify({ pages: seen, found, foundModel, followed, problems: tab.problems }))
