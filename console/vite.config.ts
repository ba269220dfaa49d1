import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// `npm run dev` serves the pages with hot reload and passes the API on to a server that runs already.
const server = process.env.DARKROOM_URL ?? 'http://127.0.0.1:8080'
const passed = { target: server, changeOrigin: true, headers: { Origin: server } }

// The samples of code are the documentation's. The build works in a copy of this folder and says where the rest is.
const repository = process.env.REPOSITORY ?? fileURLToPath(new URL('..', import.meta.url))

// Browsers that know light-dark(); for older ones it would be rewritten into variables that nothing sets.
const cssTarget = ['chrome123', 'firefox120', 'safari17.5']

export default defineConfig({
  base: '/console/',
  plugins: [react()],
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
