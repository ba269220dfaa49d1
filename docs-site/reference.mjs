// The API reference: a page of its own outside the site's frame, since what it loads is larger than all the rest. The
// package is taken as its one browser file, checked against scalar.json, without the hundreds that it is built from.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hash } from './finish.mjs'

export function addReference(dist) {
  const wanted = JSON.parse(readFileSync('scalar.json', 'utf8'))
  mkdirSync('.scalar', { recursive: true })
  const archive = join('.scalar', 'package.tgz')
  if (!isWhole(archive, wanted.integrity)) {
    const [made] = JSON.parse(execFileSync('npm', ['pack', wanted.package, '--json', '--pack-destination', '.scalar'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
    writeFileSync(archive, readFileSync(join('.scalar', made.filename)))
    if (!isWhole(archive, wanted.integrity)) throw new Error(`${wanted.package} is not what scalar.json pins`)
  }
  const program = execFileSync('tar', ['-xzOf', archive, 'package/dist/browser/standalone.js'], { maxBuffer: 1 << 26 })
  const { author, license } = JSON.parse(execFileSync('tar', ['-xzOf', archive, 'package/package.json'], { encoding: 'utf8' }))
  appendFileSync(join(dist, 'licenses.txt'), `\n\n${wanted.package}\n\n${license}, by ${author.name ?? author}\n`)
  const start = readFileSync('reference/start.js')
  const names = [[program, 'scalar'], [start, 'reference']].map(([text, name]) => {
    const file = `assets/${name}.${hash(text)}.js`
    writeFileSync(join(dist, file), text)
    return `/docs/${file}`
  })
  const page = readFileSync('reference/page.html', 'utf8').replace('SCALAR', names[0]).replace('START', names[1])
  writeFileSync(join(dist, 'reference.html'), page)
}

function isWhole(file, integrity) {
  try {
    return 'sha512-' + createHash('sha512').update(readFileSync(file)).digest('base64') === integrity
  } catch {
    return false
  }
}
