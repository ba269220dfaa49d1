// Packs a folder for the program: site.bin has every file plain and, where that is smaller, compressed with gzip and
// brotli, one after another; site_files.cpp is the table of where each lies, see src/console/assets.h.
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

export function pack(folder, out) {
  mkdirSync(out, { recursive: true })
  const pieces = []
  const sums = {}
  let size = 0
  const place = (bytes) => {
    pieces.push(bytes)
    size += bytes.length
    return `{darkroom_site + ${size - bytes.length}, ${bytes.length}}`
  }
  const rows = []
  for (const path of filesOf(folder)) {
    const bytes = readFileSync(join(folder, path))
    const type = types[path.split('.').pop()]
    if (!type) throw new Error(`${path}: no content type is known for it`)
    const packed = [gzipSync(bytes, { level: 9 }), brotli(bytes)].map((one) => one.length < bytes.length * 0.95 ? one : null)
    const tag = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    const hashes = path.endsWith('.html') ? scriptHashes(bytes.toString()) : ''
    rows.push(`    {"${path}", "${type}", "${tag}", "${hashes}",\n     ${[bytes, ...packed].map((one) => one ? place(one) : '{}').join(', ')}},`)
    const group = /^(reference\.html|assets\/(scalar|reference)\.)/.test(path) ? 'reference' : 'site'
    sums[group] = (sums[group] ?? 0) + (packed[1] ?? bytes).length
  }
  const symbol = 'darkroom_site'
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

std::span<const Asset> built_in_assets() {
  static const Asset kAssets[] = {
${rows.join('\n')}
  };
  return kAssets;
}

}  // namespace darkroom::console
`)
  for (const [group, bytes] of Object.entries(sums)) console.log(`${group}: ${rows.length} files in all, ${Math.round(bytes / 1000)} kB as brotli`)
}
