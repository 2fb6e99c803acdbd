import appsync from '@aws-appsync/eslint-plugin';
import js from '@eslint/js';

// The recommended rules need types, to tell a string's methods from an array's.
const recommended = appsync.configs.recommended;

const files = ['graphql/resolvers/*.js', 'graphql/functions/*.js'];

export default [
  { files, ...js.configs.recommended },
  {
    files: ['local/graphiql/*.mjs'],
    ...js.configs.recommended,
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AmazonCognitoIdentity', 'GraphiQL', 'MutationObserver', 'React', 'ReactDOM', 'URL', 'WebSocket', 'atob',
          'btoa', 'clearTimeout', 'document', 'fetch', 'localStorage', 'location', 'setTimeout',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['local/pages/**/*.mjs'],
    ...js.configs.recommended,
    languageOptions: {
      globals: Object.fromEntries(
        [
          'Intl', 'URLSearchParams', 'clearTimeout', 'document', 'fetch', 'getComputedStyle',
          'history', 'location', 'matchMedia', 'navigator', 'performance', 'requestAnimationFrame',
          'setTimeout',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['local/appsync/resolvers/runtime/*.mjs'],
    ...js.configs.recommended,
    languageOptions: { globals: { Buffer: 'readonly', process: 'readonly' } },
  },
  {
    // CloudFront calls its function by the name.
    files: ['infra/*.js'],
    ...js.configs.recommended,
    languageOptions: { ecmaVersion: 2017, sourceType: 'script' },
    rules: {
      ...js.configs.recommended.rules,
      'no-unused-vars': ['error', { varsIgnorePattern: '^handler$' }],
    },
  },
  {
    files,
    ...recommended,
    languageOptions: {
      ...recommended.languageOptions,
      globals: { console: 'readonly' },
      parserOptions: { project: './graphql/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
  },
];
