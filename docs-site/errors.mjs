// The errors page: one entry a code. Numbers, statuses and sentences are those of the table in src/base/error.cpp, cause
// and fix those of docs/ERRORS.md, the words those of its last table. A code that either lacks stops the build.

// A row of kTable: {Code::name, "name", "meaning", status, number, retryable, payer}.
const kRow = /\{Code::\w+,\s*"(\w+)",\s*"((?:[^"\\]|\\.)*)",\s*(\d+),\s*(\d+),\s*(true|false),/g

function tableRows(text) {
  return text.split('\n').filter((line) => /^\| \d{5} /.test(line)).map((line) =>
    line.slice(1, -1).split(' | ').map((cell) => cell.trim().replace(/^\||\|$/g, '').trim()))
}

export function errorsPage(source, page) {
  const [causes, words] = page.split('## Producing them on purpose')
  const wordOf = new Map(tableRows(words).map(([code, word]) => [code, word]))
  const groups = causes.split(/^## /m).slice(1)
  const server = [...source.matchAll(kRow)].map(([, name, meaning, status, number]) => ({ name, meaning, status, number }))
  const shown = new Set()
  let text = `# Errors

Every code that this server can answer, with its cause, its fix, and the word that makes the sandbox produce it.

${causes.split(/^## /m)[0].split('\n').slice(2).join('\n').trim().replace(/The source is the table.*?with it\. /, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')}
`
  for (const group of groups) {
    const rows = tableRows(group)
    text += `\n## ${group.split('\n')[0]}\n`
    for (const [number, , names, cause, retry] of rows) {
      const known = server.filter((row) => row.number === number)
      if (!known.length) throw new Error(`docs/ERRORS.md has ${number}, which src/base/error.cpp lacks`)
      shown.add(number)
      text += `\n### ${number} ${names.replaceAll('`', '').replace(',', ' and')} {:#e${number}}\n\n`
      text += `HTTP ${[...new Set(known.map((row) => row.status))].join(', ')}. `
      text += `The server says: ${known.map((row) => `“${row.meaning}”`).join(' or ')}, or a sentence that is more exact.\n\n`
      text += `- **Cause and fix.** ${cause}\n- **Retry.** ${retry}\n`
      if (wordOf.has(number)) text += `- **In the sandbox.** ${wordOf.get(number)}\n`
    }
  }
  for (const { number, name } of server) {
    if (number !== '0' && !shown.has(number)) throw new Error(`docs/ERRORS.md lacks ${number} ${name}`)
  }
  const after = groups.map((group) => group.split('\n').filter((line) => line && !line.startsWith('|')).slice(1).join('\n\n'))
  return relative(text + '\n## What to repeat\n\n' + after.filter(Boolean).join('\n\n') + '\n\n' + tail(words))
}

const tail = (words) => '## Producing them on purpose\n' + words.trim().replace(/^/, '\n') + '\n'
const relative = (text) => text.replace(/\]\(API\.md/g, '](./api.md').replace(/\]\(SANDBOX\.md/g, '](./sandbox.md')
