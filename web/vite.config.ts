import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Where `npm run dev` sends everything that is not the page itself. */
const server = process.env.TRADEBAAS_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    // dist also holds the committed placeholder: scripts/clean.mjs empties the rest.
    emptyOutDir: false,
    manifest: 'manifest.json',
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': server,
      '/openapi.json': server,
      '/ws': { target: server, ws: true },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
  },
})
