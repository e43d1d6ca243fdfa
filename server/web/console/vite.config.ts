import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig, type Plugin } from 'vite'

// The server never compresses: what it sends was compressed once, here.
function compressed(): Plugin {
  let out = ''
  const each = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if (statSync(path).isDirectory()) each(path)
      else if (/\.(js|css|html|svg)$/.test(name)) {
        const bytes = readFileSync(path)
        if (bytes.length < 600) continue
        writeFileSync(path + '.br', brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
        writeFileSync(path + '.gz', gzipSync(bytes, { level: 9 }))
      }
    }
  }
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: (c) => { out = c.build.outDir },
    closeBundle: () => each(out),
  }
}

export default defineConfig({
  plugins: [vue(), Components({ resolvers: [ElementPlusResolver()], dts: false, dirs: [] }), compressed()],
  build: {
    target: 'es2021',
    assetsInlineLimit: 0, // the Content-Security-Policy takes nothing inline
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: { output: { experimentalMinChunkSize: 10_000, manualChunks: { vue: ['vue', 'vue-router', 'pinia'] } } },
  },
  worker: { format: 'es' },
  server: { proxy: { '/v1': { target: process.env.FZ_SERVER ?? 'https://127.0.0.1:8443', secure: false, changeOrigin: true } } },
  test: { environment: 'jsdom', testTimeout: 60_000, include: ['test/*.test.ts'], server: { deps: { inline: ['element-plus'] } } },
} as Parameters<typeof defineConfig>[0] & object)
