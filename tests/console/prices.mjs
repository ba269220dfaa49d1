// An operator changes a price and takes it back: what is shown before and after, there and elsewhere, and how it looks.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { judge } from './judge.mjs'
import { desktop, given, launch, openTab, phone, signIn } from './visit.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const { base, model, shots } = given
const home = `${base}/console/a/studio`
const seen = { axe: [], wide: [] }

const browser = await launch()
const tab = await openTab(browser)
await signIn(tab)
const { page } = tab
const dialog = page.getByRole('dialog')
const button = (name) => dialog.getByRole('button', { name, exact: true })
const shown = async (locator) => (await locator.allTextContents()).map((text) => text.trim())

// As it is, in both colours, wide and on a phone.
async function look(name) {
  for (const [scheme, width, size] of [['light', 'wide', desktop], ['light', 'phone', phone], ['dark', 'phone', phone], ['dark', 'wide', desktop]]) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.setViewportSize(size)
    await page.waitForTimeout(300) // the frame moves to its new place
    seen.axe.push(...await judge(page, axe))
    if (await tab.overflow() > 0) seen.wide.push(`${name} ${scheme} ${width}`)
    await page.screenshot({ path: `${shots}/${name}.${scheme}.${width}.png`, fullPage: name.startsWith('page') })
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(desktop)
}

async function open() {
  await page.goto(`${home}/models/${model}`)
  await page.getByRole('button', { name: 'Change prices' }).click()
  await button('Preview').waitFor()
}

async function save() {
  await button('Save prices').click()
  await dialog.waitFor({ state: 'hidden' })
}

const prices = () => shown(page.getByRole('table', { name: 'Price', exact: true }).locator('tbody tr td:last-child'))
const history = () => shown(page.getByRole('table', { name: 'Price history' }).locator('tbody li'))

await open()
const field = dialog.getByLabel(`Price of ${given.tier}`)
seen.unchanged = await button('Preview').isDisabled()
await field.fill(given.wrong)
seen.refused = [await button('Preview').isDisabled(), await dialog.getByText(/^From 0 to/).textContent()]
await field.fill(given.credits)
await look('editor')
await button('Preview').click()
await button('Save prices').waitFor()
seen.preview = await shown(dialog.getByRole('table').locator('tbody tr'))
await look('preview')
await button('Back').click()
seen.kept = await field.inputValue()
await button('Preview').click()
await save()
await page.getByRole('table', { name: 'Price history' }).waitFor()
seen.prices = await prices()
seen.history = await history()
await look('page')

await page.goto(`${home}/playground/${model}?prompt=p&${given.request}`)
await page.getByText(given.credits, { exact: false }).first().waitFor()
seen.playground = await page.getByTestId('run').locator('xpath=../..').textContent()
await page.goto(`${base}/docs/models/${model}`)
await page.getByRole('cell', { name: given.credits, exact: true }).waitFor()

await open()
await dialog.getByRole('button', { name: 'Use the prices of the catalogue' }).click()
await button('Preview').click()
await save()
await page.getByText(`${given.credits} → ${given.own}`).waitFor()
seen.reset = { prices: await prices(), history: await history() }

await page.evaluate(() => localStorage.setItem('darkroom-language', '"zh"'))
await page.reload()
await page.getByRole('button', { name: '修改价格' }).click()
await dialog.getByRole('button', { name: '预览' }).waitFor()
await page.screenshot({ path: `${shots}/chinese.png` })
await browser.close()
console.log(JSON.stringify({ ...seen, problems: tab.takeProblems() }))
