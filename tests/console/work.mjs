// The screens for work, one scenario a call: what a person does there, and what was seen.
import { ask, given, launch, openTab, signIn } from './visit.mjs'

const { base, key, model, ownModel, prompt, tasks: load } = given
const home = `${base}/console/a/studio`
const endless = 60_000 // milliseconds; a task of the sandbox is quicker by far

const submit = (body) => fetch(`${base}/api/v1/images/generations`, {
  method: 'POST', headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ model, ...body }),
}).then((answer) => answer.json())

async function ended(id) {
  const answer = await fetch(`${base}/api/v1/tasks/${id}?wait=50`, { headers: { Authorization: `Bearer ${key}` } })
  return (await answer.json()).status
}

// The addresses of the console's API that the page asks for from now on, without their query.
function listen(page) {
  const asked = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/api/console/')) asked.push(pathname.slice('/api/console'.length))
  })
  return asked
}

async function firstPicture(page) {
  const picture = page.locator('figure img').first()
  await picture.waitFor({ timeout: endless })
  return picture.evaluate(async (image) => {
    await image.decode()
    return image.naturalWidth
  })
}

const scenarios = {
  async playground({ page }) {
    const start = Date.now()
    await page.goto(`${home}/playground/${model}`)
    await page.getByTestId('run').click()
    const width = await firstPicture(page)
    const milliseconds = Date.now() - start
    await page.getByTestId('price').waitFor()
    const price = await page.getByTestId('price').textContent()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.waitForFunction(([before]) => ![before, ''].includes(document.querySelector('[data-testid=price]')?.textContent ?? ''), [price])
    const dearer = await page.getByTestId('price').textContent()
    await page.getByRole('tab', { name: 'Code' }).click()
    const code = {}
    for (const language of ['curl', 'Python', 'JavaScript', 'Go', 'OpenAI SDK']) {
      await page.getByRole('radiogroup', { name: 'Language' }).getByText(language, { exact: true }).click()
      code[language] = await page.getByLabel(`Code: ${language}`, { exact: true }).textContent()
    }
    const address = page.url()
    await page.reload()
    const restored = await firstPicture(page)
    await page.getByRole('textbox', { name: /^Prompt/ }).fill('')
    await page.getByTestId('run').click()
    const missing = await page.getByText('This is needed').count()
    return { milliseconds, width, price, dearer, code, address, restored, missing }
  },

  async upload({ page }) {
    await page.goto(`${home}/playground/${model}?prompt=a+watercolour+of+this`)
    await page.locator('input[type=file]').first().setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from(given.picture, 'base64') })
    await page.getByTestId('run').click()
    const width = await firstPicture(page)
    await page.getByRole('link', { name: 'Open as task' }).click()
    await page.getByRole('heading', { name: 'Timeline' }).waitFor()
    return { width, request: await page.getByLabel('Request', { exact: true }).last().textContent() }
  },

  async ownModel({ page }) {
    await page.goto(`${home}/playground/${ownModel}?prompt=a+pocket`)
    await page.getByTestId('price').waitFor()
    await page.getByTestId('run').click()
    const labels = await page.locator('form label, form [id$=-label]').allTextContents()
    await page.goto(`${home}/models`)
    await page.getByText(ownModel, { exact: true }).waitFor()
    return { labels }
  },

  async failing({ page }) {
    await page.goto(`${home}/playground/${model}?${new URLSearchParams({ prompt: 'a lighthouse #fail:503' })}`)
    await page.getByTestId('run').click()
    await page.getByText('The task failed').waitFor({ timeout: endless })
    await page.getByRole('link', { name: 'Open as task' }).click()
    await page.getByRole('heading', { name: 'Timeline' }).waitFor()
    return {
      rows: await page.locator('ol > li').allTextContents(),
      bars: await page.locator('ol > li [role=img]').evaluateAll((bars) => bars.map((bar) => bar.getAttribute('aria-label'))),
      money: await page.getByTestId('money-check').textContent(),
    }
  },

  async queue({ page }) {
    await page.goto(`${base}/console/o/queue`)
    const facts = page.getByTestId('queue-facts')
    await facts.waitFor()
    const asked = listen(page)
    const ids = (await Promise.all(Array.from({ length: load }, () => submit({ prompt: 'a crowd #slow:2s' })))).map(({ id }) => id)
    const counts = () => facts.evaluate((box) => [...box.children].slice(0, 2).map((one) => Number(one.children[1].textContent.replaceAll(',', ''))))
    const most = [0, 0]
    const until = Date.now() + endless
    let now
    do {
      now = await counts()
      now.forEach((count, i) => { most[i] = Math.max(most[i], count) })
      await page.waitForTimeout(100)
    } while ((most[1] === 0 || now[0] + now[1] > 0) && Date.now() < until)
    await Promise.all(ids.map(ended))
    return { most, now, asked }
  },

  async live({ page }) {
    const asked = listen(page)
    await page.goto(`${home}/tasks`)
    await page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await page.waitForTimeout(500)
    const { id } = await submit({ prompt: 'a task that comes while one looks #slow:1s' })
    const row = page.locator('[role=row]').filter({ hasText: id })
    await row.waitFor()
    await row.getByText('Completed').waitFor({ timeout: endless })
    const lists = asked.filter((path) => path.endsWith('/tasks')).length
    const [file] = await Promise.all([page.waitForEvent('download'), (async () => {
      await page.getByRole('button', { name: 'Export' }).click()
      await page.getByRole('menuitem', { name: 'CSV' }).click()
    })()])
    const chunks = []
    for await (const chunk of await file.createReadStream()) chunks.push(chunk)
    await page.goto(`${home}/tasks?find=${id}`)
    await row.waitFor()
    return { id, lists, csv: Buffer.concat(chunks).toString(), found: await page.locator('[role=row]').count() }
  },

  // Tasks move while one looks at the overview.
  async busy({ page }) {
    await page.goto(`${home}/overview`)
    await page.getByText('Tasks a day').waitFor()
    const asked = listen(page)
    const since = Date.now()
    const ids = (await Promise.all(Array.from({ length: load }, () => submit({ prompt: 'many at once' })))).map(({ id }) => id)
    await Promise.all(ids.map(ended))
    await page.waitForTimeout(given.pause)
    return { asked, pauses: Math.ceil((Date.now() - since) / given.pause) }
  },

  async markup({ page }) {
    const { id } = await submit({ prompt })
    await ended(id)
    const seen = []
    const query = new URLSearchParams({ prompt, size: prompt })
    for (const path of ['/tasks', `/tasks/${id}`, `/tasks?find=${encodeURIComponent(prompt)}`, '/gallery', `/playground/${model}?${query}`, `/models?find=${encodeURIComponent(prompt)}`]) {
      await page.goto(home + path)
      await page.locator('h1').waitFor()
      await page.waitForTimeout(700)
      seen.push({ path, ...await page.evaluate(() => ({ hacked: window.hacked === undefined ? null : String(window.hacked), foreign: document.querySelectorAll('img[src="x"]').length })) })
    }
    await page.goto(`${home}/tasks/${id}`)
    await page.getByText(prompt, { exact: true }).first().waitFor()
    return { seen }
  },

  async upstreams({ page }) {
    await page.goto(`${base}/console/o/upstreams`)
    const card = page.locator('[data-upstream=vendor]')
    await card.waitFor()
    const words = await card.textContent()
    await card.getByRole('switch').press('Space')
    await page.getByRole('dialog').getByRole('button', { name: 'Drain', exact: true }).click()
    const since = Date.now()
    await card.getByText('Drained').waitFor()
    const milliseconds = Date.now() - since
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await card.getByRole('switch').press('Space')
    await card.getByText('Drained').waitFor({ state: 'detached' })
    return { words, milliseconds }
  },

  async money({ page }) {
    await page.goto(`${home}/usage?view=ledger`)
    const check = await page.getByTestId('ledger-check').textContent()
    const entries = await page.getByRole('table').first().textContent()
    await page.goto(`${home}/usage`)
    await page.locator('.uplot canvas').waitFor()
    await page.getByRole('button', { name: 'Show as a table' }).click()
    const table = await page.getByRole('table').first().textContent()
    const [sum] = [(await ask({ page }, 'GET', '/accounts/studio/ledger?book=test')).body]
    return { check, entries, table, sums: [sum.sum_microcredits, sum.balance_microcredits] }
  },
}

const browser = await launch()
const tab = await openTab(browser)
await signIn(tab)
const seen = await scenarios[given.scenario](tab)
await browser.close()
console.log(JSON.stringify({ ...seen, problems: tab.takeProblems() }))
