// Puts the sources of all pages into one folder: the guides of pages/ as they are, the repository's own pages under
// their names on the site, and the errors, one entry a code, from the server's table and docs/ERRORS.md.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { errorsPage } from './errors.mjs'

// The repository's page -> its name on the site. A link to a page that is not here becomes plain text.
export const borrowed = {
  'docs/API.md': 'api',
  'docs/COMMANDS.md': 'commands',
  'docs/CONFIGURATION.md': 'configuration',
  'docs/EXTENDING.md': 'extending',
  'docs/LIFE_OF_A_TASK.md': 'life-of-a-task',
  'docs/OPENAI.md': 'openai',
  'docs/OPERATING.md': 'operating',
  'docs/SANDBOX.md': 'sandbox',
  'docs/TASK_STATES.md': 'task-states',
  'docs/WEBHOOKS.md': 'webhooks',
  'catalog/SCHEMA.md': 'model-files',
}
const elsewhere = { 'docs/ERRORS.md': 'errors' }

function relink(text, from) {
  return text.replace(/\[([^\]]*)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)/g, (_, label, target, anchor = '') => {
    const file = posix.normalize(posix.join(posix.dirname(from), target))
    const name = borrowed[file] ?? elsewhere[file]
    // The errors' entries have other headings than their source.
    return name ? `[${label}](./${name}.md${file === 'docs/ERRORS.md' ? '' : anchor})` : label
  })
}

// What the repository's pages write as text is no markup to Vue: "<" outside code.
function escapeMarkup(text) {
  return text.split(/(^```[\s\S]*?^```|`[^`\n]*`)/m).map((part, i) => i % 2 ? part : part.replaceAll('<', '&lt;')).join('')
}

// Returns [{name, title, description, text}] of every page but the front one.
export function stage(repository, folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync('pages', folder, { recursive: true })
  const read = (file) => readFileSync(join(repository, file), 'utf8')
  for (const [file, name] of Object.entries(borrowed)) {
    writeFileSync(join(folder, `${name}.md`), escapeMarkup(relink(read(file), file)))
  }
  writeFileSync(join(folder, 'errors.md'), escapeMarkup(errorsPage(read('src/base/error.cpp'), read('docs/ERRORS.md'))))

  const pages = []
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'index.md').sort()) {
    const text = readFileSync(join(folder, file), 'utf8').replace(/^---\n[\s\S]*?\n---\n/, '').replaceAll('&lt;', '<')
    const title = text.match(/^# (.+)$/m)[1]
    const after = text.slice(text.indexOf(title) + title.length).trim()
    const description = after.split('\n\n')[0].replace(/\n/g, ' ').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    pages.push({ name: file.slice(0, -3), title, description: description.startsWith('#') ? '' : description, text })
  }
  return pages
}
