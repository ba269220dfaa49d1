import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// `npm run dev` serves the pages with hot reload and passes the API on to a server that runs already.
const server = process.env.DARKROOM_URL ?? 'http://127.0.0.1:8080'
const passed = { target: server, changeOrigin: true, headers: { Origin: server } }

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  server: { proxy: { '/api': passed, '/media': passed, '/docs': passed } },
})
