import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  resolve: {
    // The repository's root has GraphiQL's React beside ours.
    dedupe: ['react', 'react-dom'],
    // AppSync's links ask for graphql's CommonJS modules, which would be a second, whole copy of it.
    alias: [{ find: /^graphql\/(.+)\.js$/, replacement: 'graphql/$1.mjs' }],
  },
  // What `make up` serves beside its own build of this page.
  server: { proxy: { '/config.json': 'http://127.0.0.1:4568' } },
  build: {
    manifest: true,
    // An inlined image would need data: in the security policy.
    assetsInlineLimit: 0,
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
