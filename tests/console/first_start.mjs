// From the link of the first start to a key that works and one that no longer does.
import { given, launch, openTab, setUp } from './visit.mjs'

const { base, link } = given
const browser = await launch()
const tab = await openTab(browser)
const { page } = tab
await setUp(tab, link)
// Whose address was without a session before.
const beforeSession = tab.takeProblems()

await page.getByRole('link', { name: 'Accounts' }).click()
await page.getByRole('button', { name: 'Create account' }).first().click()
const dialog = page.getByRole('dialog')
await dialog.getByLabel('Name').fill('studio')
await dialog.getByRole('button', { name: 'Create account' }).click()
await page.getByRole('link', { name: 'studio' }).click()
await page.getByText('Three steps to your first picture').waitFor()

await page.getByRole('link', { name: 'Create key' }).click()
await dialog.getByLabel('Name').fill('laptop')
await dialog.getByRole('button', { name: 'Create key' }).click()
const key = (await dialog.getByLabel('API key', { exact: true }).textContent()).trim()
const curl = await dialog.getByLabel('curl', { exact: true }).textContent()

const call = () => fetch(`${base}/api/v1/balance`, { headers: { Authorization: `Bearer ${key}` } })
const before = (await call()).status
await dialog.getByRole('button', { name: 'I have copied it' }).click()
const shownAgain = (await page.content()).includes(key)

await page.getByRole('button', { name: 'Actions for laptop' }).click()
await page.getByRole('menuitem', { name: 'Revoke' }).click()
const [revoked] = await Promise.all([
  page.waitForResponse((answer) => answer.url().endsWith('/revoke')),
  page.getByRole('button', { name: 'Revoke key' }).click(),
])
const since = Date.now()
let refusedAfter = null
while (refusedAfter === null && Date.now() - since < 5000) if ((await call()).status === 401) refusedAfter = Date.now() - since
await page.getByText('No keys yet').waitFor()

await page.goto(`${base}/console/setup#${link.split('#')[1]}`)
await page.waitForSelector('h1')
const tokenInAddress = page.url().includes('#')
await browser.close()
console.log(JSON.stringify({ key, curl, before, shownAgain, revoked: revoked.status(), refusedAfter, tokenInAddress,
  beforeSession, problems: tab.problems }))
