import appsync from '@aws-appsync/eslint-plugin';
import js from '@eslint/js';

// The recommended rules need types, to tell a string's methods from an array's.
const recommended = appsync.configs.recommended;

const files = ['graphql/resolvers/*.js', 'graphql/functions/*.js'];

export default [
  { files, ...js.configs.recommended },
  {
    files,
    ...recommended,
    languageOptions: {
      ...recommended.languageOptions,
      parserOptions: { project: './graphql/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
  },
];
