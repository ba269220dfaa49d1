// What is done to VitePress's output: style attributes become what the security policy allows, the shell of model pages
// is made, and every page gets its Markdown twin. llms.txt names these; the server puts llms-full.txt together.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const hash = (bytes) => createHash('sha256').update(bytes).digest('base64url').slice(0, 12)

export function finish(dist, pages) {
  const css = readFileSync(join(dist, 'code.css'))
  const stylesheet = `assets/code.${hash(css)}.css`
  renameSync(join(dist, 'code.css'), join(dist, stylesheet))
  for (const file of readdirSync(dist).filter((name) => name.endsWith('.html'))) {
    // Vue sets its dynamic styles through the object model, which the policy allows; only those in the text go.
    let html = readFileSync(join(dist, file), 'utf8').replace(/(<[a-z][^<>]*?) style="[^"]*"/g, '$1')
    html = html.replace('</head>', `<link rel="stylesheet" href="/docs/${stylesheet}">\n</head>`)
    writeFileSync(join(dist, file), html)
  }
  // Every model has the same page until its script has read the catalogue: the frame of 404.html, which is empty.
  const empty = readFileSync(join(dist, '404.html'), 'utf8')
  if (!/<div id="app"><\/div>/.test(empty)) throw new Error('the frame of model pages is not empty')
  const note = '<noscript><p>This page needs JavaScript; the same as text is at this address with .md behind it.</p></noscript>'
  writeFileSync(join(dist, 'model.html'), empty.replace(/<title>[^<]*/, '<title>Model | darkroom')
    .replace('<div id="app"></div>', `<div id="app"></div>${note}`))

  writeFileSync(join(dist, 'licenses.txt'), licenses())
  for (const { name, text } of pages) writeFileSync(join(dist, `${name}.md`), `${twin(text).trim()}\n`)
  const line = ({ name, title, description }) => `- [${title}](/docs/${name}.md)${description ? `: ${description}` : ''}`
  const head = '# darkroom\n\n> A self-hosted gateway for generating images and films: submit a job, get a task, collect the result. '
    + 'One key, one price list, credits that are exact.\n\n## Guides\n\n'
  writeFileSync(join(dist, 'llms.txt'), `${head}${pages.map(line).join('\n')}\n`)
}

// Of what the site's scripts contain.
const contained = ['vitepress', 'vue', '@vueuse/core', 'minisearch', 'mark.js', 'focus-trap', 'tabbable']

function licenses() {
  return contained.map((name) => {
    const folder = join('node_modules', name)
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const text = file ? readFileSync(join(folder, file), 'utf8').split('\n---\n')[0].trim() : license
    return `${name} ${version}\n\n${text}\n`
  }).join('\n\n')
}

// Links between pages lead to twins; what is markup of the site's own goes.
function twin(text) {
  return text.replace(/\]\(\.\/([\w-]+)\.md/g, '](/docs/$1.md').replace(/ \{:#[\w-]+\}$/gm, '')
    .replace(/^<[A-Z]\w* ?\/>\n/gm, '').replace(/^::: ?.*\n/gm, '')
}
