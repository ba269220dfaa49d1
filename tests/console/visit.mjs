// What the tests of the console share: a browser that somebody is signed in with, and the first start.
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { Tab } from './tab.mjs'

export const desktop = { width: 1280, height: 900 }
export const phone = { width: 390, height: 844 }
export const operator = { email: 'ada@example.org', password: 'correct horse battery' }

// {base, browser, …} as the test wrote it on stdin.
export const given = JSON.parse(readFileSync(0, 'utf8'))

export async function launch() {
  return chromium.launch({ executablePath: given.browser, args: ['--no-sandbox', '--disable-gpu'] })
}

export async function openTab(browser, options = {}) {
  const context = await browser.newContext({ viewport: desktop, locale: 'en-GB', ...options })
  context.setDefaultTimeout(30_000)
  return Tab.open(context, given.base)
}

// Through the link that the server printed, to the first page.
export async function setUp(tab, link) {
  const { page } = tab
  await page.goto(link)
  await page.getByLabel('E-mail').fill(operator.email)
  await page.getByLabel('Name').fill('Ada')
  await page.getByLabel('Choose a password').fill(operator.password)
  await page.getByRole('button', { name: 'Create and sign in' }).click()
  await page.waitForURL('**/console/o/overview')
}

export async function signIn(tab) {
  const { page } = tab
  await page.goto(`${given.base}/console/login`)
  await page.getByLabel('E-mail').fill(operator.email)
  await page.getByLabel(/^Password/).fill(operator.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/overview')
  // That nobody was signed in is asked for, and answered 401.
  tab.takeProblems()
}

// The console's API as its own pages call it.
export function ask(tab, method, path, body) {
  return tab.page.evaluate(async ([method, path, body]) => {
    const { csrf_token } = await (await fetch('/api/console/session')).json()
    const answer = await fetch(`/api/console${path}`, {
      method, headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf_token },
      body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
    })
    return { status: answer.status, body: await answer.json() }
  }, [method, path, body])
}
