import react from '@vitejs/plugin-react'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

// `npm run dev` serves the pages with hot reload and passes the API on to a server that runs already.
const server = process.env.DARKROOM_URL ?? 'http://127.0.0.1:8080'
const passed = { target: server, changeOrigin: true, headers: { Origin: server } }

// The samples of code are the documentation's. The build works in a copy of this folder and says where the rest is.
const repository = process.env.REPOSITORY ?? fileURLToPath(new URL('..', import.meta.url))

// Browsers that know light-dark(); for older ones it would be rewritten into variables that nothing sets.
const cssTarget = ['chrome123', 'firefox120', 'safari17.5']

// A component of Mantine names its styles by classes such as m_1f2e3d4c: each that a script names must have come along.
const styles = fileURLToPath(new URL('node_modules/@mantine/core/styles/', import.meta.url))
const classesOf = (text: string) => new Set(text.match(/\bm_[0-9a-f]{6,8}\b/g))
const everyStyle: Plugin = {
  name: 'every-style',
  generateBundle(_, bundle) {
    const written = Object.values(bundle).map((file) => ({
      isStyle: file.fileName.endsWith('.css'), text: file.type === 'asset' ? file.source.toString() : file.code }))
    const told = (isStyle: boolean) => classesOf(written.filter((one) => one.isStyle === isStyle).map(({ text }) => text).join('\n'))
    const [named, there] = [told(false), told(true)]
    const missing = readdirSync(styles).filter((file) => /^\w+\.css$/.test(file)).filter((file) =>
      [...classesOf(readFileSync(styles + file, 'utf8'))].some((one) => named.has(one) && !there.has(one)))
    if (missing.length) throw new Error(`src/mantine.css lacks ${missing.join(', ')}`)
  },
}

export default defineConfig({
  base: '/console/',
  plugins: [react(), everyStyle],
  resolve: {
    alias: {
      '@samples': `${repository}/docs-site/.vitepress/theme/samples.mjs`,
      '@': fileURLToPath(new URL('./src', import.meta.url)),
    },
  },
  build: {
    target: 'es2023', cssTarget, assetsInlineLimit: 0, chunkSizeWarningLimit: 700,
    license: { fileName: 'licenses.md' },
  },
  server: { proxy: { '/api': passed, '/media': passed, '/docs': passed } },
})
