import { defineConfig } from 'vitest/config';
import { shared } from './tools/vite-config.mjs';

const { resolve, plugins } = shared();

export default defineConfig({
  resolve,
  plugins,
  test: {
    include: ['tests/web/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
