// What people and vendors write, written with markup: on every screen it must be text.
import { ask, given, launch, openTab, signIn } from './visit.mjs'

const { base, keys, markup, model, account } = given
const home = `${base}/console/a/${account}`
const browser = await launch()
const tab = await openTab(browser)
const { page } = tab
await page.addInitScript(() => { window.broken = [] })
await signIn(tab)

const made = []
for (const [method, path, body] of given.prepare) made.push(await ask(tab, method, path, body))

async function fail(book, prompt) {
  const headers = { Authorization: `Bearer ${keys[book]}` }
  const answer = await fetch(`${base}/api/v1/images/generations`, {
    method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify({ model, prompt }),
  })
  const { id } = await answer.json()
  await fetch(`${base}/api/v1/tasks/${id}?wait=50`, { headers })
  return id
}
const tasks = { test: await fail('test', markup), live: await fail('live', markup) }
const webhook = made.find(({ body }) => body.id?.startsWith('wh_'))?.body.id

const shown = {}
async function look(name) {
  await page.locator('h1, main').first().waitFor()
  await page.waitForLoadState('networkidle', { timeout: 1000 }).catch(() => {}) // a stream stays open
  shown[name] = {
    text: (await page.textContent('body')).includes(markup),
    elements: await page.locator('[onload], [onerror]').count(),
    ran: await page.evaluate(() => window.broken.length),
  }
}
for (const book of ['test', 'live']) {
  await page.evaluate((book) => localStorage.setItem('darkroom-mode', JSON.stringify(book)), book)
  for (const path of given.screens) {
    await page.goto(`${base}${path}`)
    await look(`${book} ${path}`)
  }
}
for (const [name, address] of [
  ['sample', `${home}/tasks/${tasks.test}`], ['task', `${base}/console/o/tasks/${tasks.live}`], ['endpoint', `${home}/webhooks/${webhook}`],
  ['manual', `${base}/docs/models/${given.ownModel}`],
]) {
  await page.goto(address)
  await look(name)
}

// Words that come back at once: a file that is none, a name that is refused, addresses that lead nowhere.
await page.goto(`${home}/playground/${model}?${new URLSearchParams({ prompt: markup, size: markup })}`)
const pictures = page.locator('input[type=file]').first()
await pictures.setInputFiles({ name: `${markup}.txt`, mimeType: 'text/plain', buffer: Buffer.from('no picture') })
await page.getByText(`${markup}.txt is no picture`).waitFor()
await look('a file that is no picture')
await pictures.setInputFiles({ name: `${markup}.png`, mimeType: 'image/png', buffer: Buffer.from(given.picture, 'base64') })
await page.getByRole('button', { name: `Remove ${markup}.png` }).waitFor()
await look('a picture')
await page.goto(`${base}/console/o/accounts`)
await page.getByRole('button', { name: 'Create account' }).first().click()
const dialog = page.getByRole('dialog')
await dialog.getByLabel('Name').fill(markup)
await dialog.getByRole('button', { name: 'Create account' }).click()
await dialog.getByRole('alert').or(dialog.locator('.mantine-InputWrapper-error')).first().waitFor()
await look('a name that is refused')
const lost = encodeURIComponent(markup)
for (const path of [`/a/${lost}/overview`, `/a/${account}/tasks/${lost}`, `/a/${account}/tasks?find=${lost}`, `/a/${account}/models/${lost}`,
  `/a/${account}/models?find=${lost}`, `/a/${account}/playground/${lost}`, `/a/${account}/webhooks/${lost}`, `/${lost}`]) {
  await page.goto(`${base}/console${path}`)
  await look(path)
}
await browser.close()
console.log(JSON.stringify({ made: made.map(({ status }) => status), shown }))
