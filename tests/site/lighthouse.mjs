// Runs Lighthouse over pages and prints {path: {category: score, failed: [what was found]}}: {base, browser, paths} on stdin.
import { readFileSync } from 'node:fs'
import { launch } from 'chrome-launcher'
import lighthouse, { desktopConfig } from 'lighthouse'

const { base, browser, paths } = JSON.parse(readFileSync(0, 'utf8'))
const categories = ['performance', 'accessibility', 'best-practices', 'seo']
const chrome = await launch({ chromePath: browser, chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'], logLevel: 'silent' })
const seen = {}
for (const path of paths) {
  const { lhr } = await lighthouse(base + path, { port: chrome.port, logLevel: 'error', onlyCategories: categories }, desktopConfig)
  const scores = Object.fromEntries(categories.map((id) => [id, lhr.categories[id].score]))
  const failed = categories.slice(1).flatMap((id) => lhr.categories[id].auditRefs)
    .map((ref) => lhr.audits[ref.id]).filter(({ score }) => score !== null && score < 1)
    .map(({ id, details }) => `${id}: ${(details?.items ?? []).slice(0, 3).map((item) => JSON.stringify(item).slice(0, 300)).join(' ')}`)
  seen[path] = { ...scores, failed, error: lhr.runtimeError?.message ?? null }
}
chrome.kill()
console.log(JSON.stringify(seen))
