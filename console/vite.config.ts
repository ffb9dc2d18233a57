import { defineConfig } from 'vite';

/** Everything in files of its own: the page's policy allows neither inline scripts nor data: scripts. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // light-dark() and nesting as they are written: every browser of 2024 and later has them.
    cssTarget: ['chrome123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      // The library marks its modules for server components; there are none here.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
  // `npm run dev -w console`, beside a service that runs on this machine.
  server: {
    proxy: Object.fromEntries(['/api', '/console', '/config.json'].map((path) => [path, 'http://127.0.0.1:3000'])),
  },
});
