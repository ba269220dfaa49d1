// What owners and operators do over more than one page, one scene a call: what they did, and what was seen.
import { ask, given, launch, openTab, signIn } from './visit.mjs'

const { base, keys = {}, model } = given
const home = `${base}/console/a/studio`
const patience = 60_000 // milliseconds
const nothingYet = 1500 // milliseconds, in which what must not happen would have

const balance = (key) => fetch(`${base}/api/v1/balance`, { headers: { Authorization: `Bearer ${key}` } })
const statusOf = async (key) => (await balance(key)).status

async function submit(key, prompt) {
  const answer = await fetch(`${base}/api/v1/images/generations`, {
    method: 'POST', headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ model, prompt }),
  })
  return (await answer.json()).id
}

async function ended(key, id) {
  const answer = await fetch(`${base}/api/v1/tasks/${id}?wait=50`, { headers: { Authorization: `Bearer ${key}` } })
  return (await answer.json()).status
}

// What is shown this once; the dialog is closed, and the page must not know it any more.
async function takeSecret(page, label, secrets) {
  const dialog = page.getByRole('dialog')
  const text = (await dialog.getByLabel(label, { exact: true }).textContent()).trim()
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await dialog.waitFor({ state: 'hidden' })
  secrets.push(text)
  return text
}

const choose = async (page, label, option) => {
  await page.getByRole('combobox', { name: label }).or(page.getByRole('textbox', { name: label })).click()
  await page.getByRole('option', { name: option }).click()
}

const scenes = {
  async roll({ page }) {
    const shown = []
    const dialog = page.getByRole('dialog')
    await page.goto(`${home}/keys?new`)
    await dialog.getByLabel('Name').fill('turbine')
    await dialog.getByRole('button', { name: 'Create key' }).click()
    const first = await takeSecret(page, 'API key', shown)
    const roll = async (key, overlap) => {
      await page.getByRole('row').filter({ hasText: key.slice(-4) }).getByRole('button', { name: 'Actions for turbine' }).click()
      await page.getByRole('menuitem', { name: 'Roll' }).click()
      await choose(page, 'The old key works for', overlap)
      await dialog.getByRole('button', { name: 'Make the new key' }).click()
      return takeSecret(page, 'API key', shown)
    }
    const second = await roll(first, '1 day')
    const overlapping = [await statusOf(first), await statusOf(second)]
    const third = await roll(second, 'Not any longer')
    const since = Date.now()
    let refusedAfter = null
    while (refusedAfter === null && Date.now() - since < 5000) if (await statusOf(second) === 401) refusedAfter = Date.now() - since
    const rows = await page.getByRole('row').filter({ hasText: 'turbine' }).allTextContents()
    await page.reload()
    await page.getByText('turbine').first().waitFor()
    const whole = await page.content()
    return { overlapping, refusedAfter, third: await statusOf(third), rows, ends: shown.map((key) => key.slice(-4)),
      shownAgain: shown.filter((key) => whole.includes(key)).length }
  },

  async secret({ page }) {
    const secrets = []
    await page.goto(`${home}/webhooks`)
    await page.getByRole('button', { name: 'Add endpoint' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Address').fill(given.hook)
    await dialog.getByRole('button', { name: 'Add endpoint' }).click()
    await takeSecret(page, 'Signing secret', secrets)
    await page.getByRole('link', { name: given.hook }).click()
    const test = async () => {
      await page.getByRole('button', { name: 'Send test' }).click()
      await page.getByText('The endpoint answered 200.').waitFor()
    }
    const change = async (overlap) => {
      await page.getByRole('button', { name: 'Change secret' }).click()
      await choose(page, 'The old secret signs for another', overlap)
      await dialog.getByRole('button', { name: 'Change secret' }).click()
      await takeSecret(page, 'Signing secret', secrets)
      await page.reload()
    }
    await test()
    await change('1 hour')
    await test()
    await change('Not any longer')
    await test()
    const whole = await page.content()
    return { secrets, shownAgain: secrets.filter((secret) => whole.includes(secret)).length }
  },

  async invitation(tab, browser) {
    const { page } = tab
    const [email, password] = ['grace@example.org', 'a long enough one']
    const dialog = page.getByRole('dialog')
    await page.goto(`${base}/console/o/users`)
    await page.getByRole('button', { name: 'Invite user' }).click()
    await dialog.getByLabel('E-mail').fill(email)
    await dialog.getByRole('button', { name: 'Make the invitation' }).click()
    const link = await takeSecret(page, 'Invitation link', [])
    await page.goto(`${home}/members`)
    await page.getByRole('button', { name: 'Add member' }).first().click()
    await dialog.getByLabel('E-mail').fill(email)
    await dialog.getByRole('button', { name: 'Add member' }).click()
    await page.getByRole('cell', { name: email, exact: true }).waitFor()

    const guest = await openTab(browser)
    const visit = guest.page
    await visit.goto(link)
    await visit.getByLabel('Choose a password').fill(password)
    const atDoor = visit.url()
    await visit.getByRole('button', { name: 'Set the password and sign in' }).click()
    await visit.waitForURL('**/console/a/studio/overview')
    const known = guest.takeProblems() // before the session: 401
    await visit.goto(`${home}/keys`)
    await visit.getByRole('heading', { name: 'API keys' }).waitFor()
    const mayCreate = await visit.getByRole('button', { name: 'Create key' }).count()
    const menu = await visit.getByRole('navigation').first().textContent()
    guest.takeProblems()
    await visit.goto(`${base}/console/o/users`)
    await visit.getByText('Nothing is here').waitFor()
    const refused = guest.takeProblems()
    await visit.getByRole('button', { name: 'Your account' }).click()
    await visit.getByRole('menuitem', { name: 'Sign out' }).click()
    await visit.waitForURL('**/console/login')
    await visit.getByLabel('E-mail').fill(email)
    await visit.getByLabel(/^Password/).fill(password)
    await visit.getByRole('button', { name: 'Sign in' }).click()
    await visit.waitForURL('**/console/a/studio/overview')
    guest.takeProblems()

    const second = await openTab(browser)
    await second.page.goto(link)
    await second.page.getByLabel('Choose a password').fill('another long one')
    await second.page.getByRole('button', { name: 'Set the password and sign in' }).click()
    await second.page.getByRole('alert').first().waitFor()
    return { link, atDoor, known, mayCreate, menu, refused, again: new URL(second.page.url()).pathname }
  },

  async live({ page }) {
    const ids = { test: await submit(keys.test, 'a sample'), live: await submit(keys.live, 'one that is paid for') }
    await Promise.all(['test', 'live'].map((book) => ended(keys[book], ids[book])))
    const seen = {}
    const mode = (book) => page.getByRole('radiogroup', { name: 'Mode' }).getByText(book, { exact: true })
    const listed = async () => {
      await page.getByRole('row').first().waitFor()
      const text = await page.locator('main').textContent()
      return Object.keys(ids).filter((book) => text.includes(ids[book]))
    }
    await page.goto(`${home}/tasks`)
    await page.getByText(ids.test).first().waitFor()
    seen.test = await listed()
    await mode('Live').click()
    await page.getByText(ids.live).first().waitFor()
    await page.getByText(ids.test).first().waitFor({ state: 'detached' })
    seen.live = await listed()
    await page.goto(`${home}/overview`)
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    seen.banner = await page.getByText('Test mode:').count()
    const before = (await (await balance(keys.live)).json()).available_microcredits
    await page.goto(`${home}/playground/${model}?prompt=paid`)
    await page.getByTestId('run').click()
    await page.locator('figure img').first().waitFor({ timeout: patience })
    const spent = before - (await (await balance(keys.live)).json()).available_microcredits
    await mode('Test').click()
    return { ...seen, spent }
  },

  async drain({ page }) {
    const card = page.locator(`[data-upstream=${given.upstream}]`)
    const steer = async (on) => {
      await page.goto(`${base}/console/o/upstreams`)
      await card.getByRole('switch').press('Space')
      if (!on) await page.getByRole('dialog').getByRole('button', { name: 'Drain', exact: true }).click()
      await card.getByText('Drained').waitFor({ state: on ? 'detached' : 'visible' })
    }
    await steer(false)
    const id = await submit(keys.live, 'it waits')
    const path = `/accounts/studio/tasks/${id}`
    await page.goto(`${base}/console/o/tasks/${id}`)
    await page.getByRole('heading', { name: 'Timeline' }).waitFor()
    await page.waitForTimeout(nothingYet)
    const waiting = (await ask({ page }, 'GET', path)).body
    await steer(true)
    await page.goto(`${base}/console/o/tasks/${id}`)
    await page.locator('figure img').first().waitFor({ timeout: patience })
    const done = (await ask({ page }, 'GET', path)).body
    const outcomes = (task) => task.calls.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome))
    const actions = (await ask({ page }, 'GET', '/audit?action=upstream.change')).body.data
    return { waiting: [waiting.status, outcomes(waiting)], done: [done.status, outcomes(done)],
      noted: actions.map(({ before, after }) => [before.drained, after.drained]) }
  },

  // A vendor that is down and comes back, on a page that is not touched meanwhile.
  async outage({ page }) {
    const outage = (status) => fetch(`${given.vendor}/sandbox/outages`, { method: 'POST', body: JSON.stringify({ kind: 'gemini', status }) })
    const card = page.locator(`[data-upstream=${given.upstream}]`)
    const upstream = async () => (await ask({ page }, 'GET', '/upstreams')).body.data.find(({ name }) => name === given.upstream)
    // How long the page takes to show what the server says, once it says it.
    const shownAfter = async (isSo, words) => {
      const until = Date.now() + patience
      while (!isSo(await upstream()) && Date.now() < until) await page.waitForTimeout(20)
      const since = Date.now()
      await card.getByText(words, { exact: true }).first().waitFor()
      return Date.now() - since
    }
    await page.goto(`${base}/console/o/upstreams`)
    await card.getByText('Healthy', { exact: true }).waitFor()
    const loaded = await page.evaluate(() => performance.timeOrigin)
    await outage(503)
    await submit(keys.live, 'it fails')
    const opened = await shownAfter(({ breaker }) => breaker !== 'closed', /^(Resting|Recovering)$/)
    const unwell = await shownAfter(({ probe }) => probe.last?.condition === 'unwell', 'not well (HTTP 503)')
    await outage(200)
    const well = await shownAfter(({ probe }) => probe.last?.condition === 'well', 'well')
    await ended(keys.live, await submit(keys.live, 'it works again'))
    const closed = await shownAfter(({ breaker }) => breaker === 'closed', 'Healthy')
    const stayed = loaded === await page.evaluate(() => performance.timeOrigin)
    return { milliseconds: { opened, unwell, well, closed }, stayed }
  },

  // Asked at once, and from now on when the operator says.
  async probing({ page }) {
    const card = page.locator(`[data-upstream=${given.upstream}]`)
    const balances = {}
    await page.goto(`${base}/console/o/upstreams`)
    await card.getByRole('button', { name: `Test now: ${given.upstream}` }).click()
    await page.getByText(`${given.upstream} is well and takes the key`).waitFor()
    await card.getByRole('button', { name: `Test now: ${given.upstream}` }).click()
    await page.getByText('This upstream was tested just now').waitFor()
    await card.getByRole('radiogroup', { name: `When ${given.upstream} is probed` }).getByText('Off', { exact: true }).click()
    await page.locator(`[data-upstream=${given.upstream}] [data-probe=off]`).waitFor()
    await page.reload()
    await page.locator(`[data-upstream=${given.upstream}] [data-probe=off]`).waitFor()
    for (const name of given.others) {
      await page.locator(`[data-upstream=${name}] [data-balance]`).waitFor()
      balances[name] = await page.locator(`[data-upstream=${name}] [data-balance]`).textContent()
    }
    const noted = (await ask({ page }, 'GET', '/audit?action=upstream.')).body.data
    return { balances, noted: noted.map(({ action, target, after }) => [action, target, after.probe ?? after.ok]) }
  },

  // The three steps tick themselves, and with the third they are gone.
  async steps({ page }) {
    await ask({ page }, 'POST', '/accounts', { name: 'newcomer' })
    const own = `${base}/console/a/newcomer`
    const card = page.getByText('Three steps to your first picture')
    const seen = []
    const look = async () => {
      await page.goto(`${own}/overview`)
      await page.getByText('Tasks a day').waitFor()
      seen.push(await card.count() === 0 ? 'gone' : await page.getByText(/^\d of 3 done$/).textContent())
    }
    await look()
    const { body: { key } } = await ask({ page }, 'POST', '/accounts/newcomer/keys', { test: true })
    await look()
    await page.goto(`${own}/playground/${model}?prompt=first`)
    await page.getByTestId('run').click()
    await page.locator('figure img').first().waitFor({ timeout: patience })
    await look()
    await ended(key, await submit(key, 'by a program'))
    await look()
    return { seen }
  },

  // A message that could not be delivered goes out again from its row.
  async resend({ page }) {
    const { body: webhook } = await ask({ page }, 'POST', '/accounts/studio/webhooks', { url: given.hook })
    await ended(keys.test, await submit(keys.test, 'nobody hears of it'))
    const list = `/accounts/studio/webhooks/${webhook.id}/deliveries`
    const until = Date.now() + patience
    let first
    while (!(first?.attempts.length > 0) && Date.now() < until) {
      [first] = (await ask({ page }, 'GET', list)).body.data
      await page.waitForTimeout(100)
    }
    await page.goto(`${home}/webhooks/${webhook.id}`)
    await page.getByRole('button', { name: 'task.completed' }).click()
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('Sent again').waitFor()
    let now = first
    while (now.status !== 'delivered' && Date.now() < until) {
      [now] = (await ask({ page }, 'GET', list)).body.data
      await page.waitForTimeout(100)
    }
    await ask({ page }, 'DELETE', `/accounts/studio/webhooks/${webhook.id}`)
    return { first: [first.status, first.attempts.map(({ status }) => status)], now: [now.status, now.attempts.map(({ status }) => status)] }
  },

  // Thousands wait, and one who looks sees them come and the page stays usable.
  async crowd({ page }) {
    const streams = []
    page.on('request', (request) => { if (request.url().includes('/api/console/')) streams.push(new URL(request.url()).pathname) })
    await page.goto(`${base}/console/o/queue`)
    const facts = page.getByTestId('queue-facts')
    await facts.waitFor()
    for (let sent = 0; sent < given.crowd; sent += 100) {
      await Promise.all(Array.from({ length: 100 }, () => submit(keys.test, 'a crowd #slow:60s')))
    }
    const waiting = () => facts.evaluate((box) => Number(box.children[0].children[1].textContent.replaceAll(',', '')))
    const until = Date.now() + patience
    while (await waiting() < given.crowd - given.running && Date.now() < until) await page.waitForTimeout(100)
    const start = Date.now()
    await page.getByRole('link', { name: 'Tasks', exact: true }).click()
    await page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await page.getByRole('row').nth(10).waitFor()
    const turned = Date.now() - start
    await page.goBack()
    await facts.waitFor()
    return { waiting: await waiting(), turned, rows: await page.getByRole('table').first().textContent(),
      asked: streams.filter((path) => path.endsWith('/queue')).length }
  },

  // What a browser without anything fetches to show the entrance, and then the first screen.
  async load(tab, browser) {
    const stranger = await openTab(browser)
    const files = []
    stranger.page.on('request', (request) => files.push(new URL(request.url()).pathname))
    await stranger.page.goto(`${base}/console/`)
    await stranger.page.getByRole('button', { name: 'Sign in' }).waitFor()
    const door = files.splice(0)
    const known = await openTab(browser, { storageState: await tab.page.context().storageState() })
    known.page.on('request', (request) => files.push(new URL(request.url()).pathname))
    await known.page.goto(`${home}/overview`)
    await known.page.getByRole('heading', { name: 'Overview' }).waitFor()
    await known.page.getByText('Tasks a day').waitFor()
    return { door, overview: files }
  },
}

const browser = await launch()
const tab = await openTab(browser)
await signIn(tab)
const seen = await scenes[given.scene](tab, browser)
await browser.close()
console.log(JSON.stringify({ ...seen, problems: tab.takeProblems() }))
