// Packs folders for the program: node pack.mjs OUT NAME=FOLDER... In OUT, site.bin has every file plain and, where that is
// smaller, compressed with gzip and brotli, one after another; site_files.cpp says for each NAME where its files lie, as
// the functions built_in_NAME of src/console/assets.h. Fails when what is loaded outgrows its budget.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const types = {
  css: 'text/css; charset=utf-8', html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8',
  json: 'application/json', md: 'text/markdown; charset=utf-8', svg: 'image/svg+xml', txt: 'text/plain; charset=utf-8',
  woff2: 'font/woff2', png: 'image/png',
}

function* filesOf(folder, under = '') {
  for (const name of readdirSync(join(folder, under)).sort()) {
    const path = under ? `${under}/${name}` : name
    if (statSync(join(folder, path)).isDirectory()) yield* filesOf(folder, path)
    else yield path
  }
}

// The inline scripts of a page, as the policy names them.
function scriptHashes(html) {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, text]) => ` 'sha256-${createHash('sha256').update(text).digest('base64')}'`).join('')
}

const brotli = (bytes) => brotliCompressSync(bytes, { params: {
  [constants.BROTLI_PARAM_QUALITY]: bytes.length > 1 << 20 ? 10 : 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })

// What may be sent: the console's first page with all that it names, and everything but the interactive reference.
const budgets = { 'first load, gzip': 250_000, 'all, brotli': 900_000 }
const sums = { 'first load, gzip': 0, 'all, brotli': 0, 'reference, brotli': 0 }
const isReference = (path) => /^(reference\.html|assets\/(scalar|reference)\.)/.test(path)

// The files that the console's page names, and itself.
function firstLoad(folder) {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  return ['index.html', ...[...html.matchAll(/(?:src|href)="\/console\/([^"]+)"/g)].map(([, path]) => path)]
}

const symbol = 'darkroom_site'
const pieces = []
let size = 0
function place(bytes) {
  pieces.push(bytes)
  size += bytes.length
  return `{${symbol} + ${size - bytes.length}, ${bytes.length}}`
}

function pack(name, folder) {
  const first = name === 'console' ? firstLoad(folder) : []
  const rows = []
  for (const path of filesOf(folder)) {
    const bytes = readFileSync(join(folder, path))
    const type = types[path.split('.').pop()]
    if (!type) throw new Error(`${path}: no content type is known for it`)
    const packed = [gzipSync(bytes, { level: 9 }), brotli(bytes)].map((one) => one.length < bytes.length * 0.95 ? one : null)
    const tag = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    const hashes = path.endsWith('.html') ? scriptHashes(bytes.toString()) : ''
    rows.push(`    {"${path}", "${type}", "${tag}", "${hashes}",\n     ${[bytes, ...packed].map((one) => one ? place(one) : '{}').join(', ')}},`)
    sums[isReference(path) ? 'reference, brotli' : 'all, brotli'] += (packed[1] ?? bytes).length
    if (first.includes(path)) sums['first load, gzip'] += (packed[0] ?? bytes).length
  }
  return `std::span<const Asset> built_in_${name}() {
  static const Asset kAssets[] = {
${rows.join('\n')}
  };
  return kAssets;
}
`
}

const [out, ...folders] = process.argv.slice(2)
mkdirSync(out, { recursive: true })
const functions = folders.map((one) => pack(...one.split('=')))
writeFileSync(join(out, 'site.bin'), Buffer.concat(pieces))
writeFileSync(join(out, 'site_files.cpp'), `// Made by docs-site/pack.mjs.
#include "console/assets.h"

asm(R"(
  .section .rodata
  .balign 16
  .global ${symbol}
${symbol}:
  .incbin "SITE_BIN"
  .byte 0
  .previous
)");
extern "C" const char ${symbol}[];

namespace darkroom::console {

${functions.join('\n')}
}  // namespace darkroom::console
`)
for (const [what, bytes] of Object.entries(sums)) {
  console.log(`${what}: ${Math.round(bytes / 1000)} kB`)
  if (bytes > (budgets[what] ?? Infinity)) throw new Error(`${what}: more than the ${budgets[what] / 1000} kB that it may have`)
}
