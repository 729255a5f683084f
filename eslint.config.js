import eslint from '@eslint/js';
import angular from 'angular-eslint';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const benches = ['bench/*.ts', 'bench/load/**/*.ts', 'bench/bundle/**/*.ts'];
const node = ['server/**/*.ts', 'projects/signed-url/**/*.ts', 'e2e/**/*.ts', ...benches];
const browser = [
  ...['resource-url', 'showcase', 'rendered-page'].map((name) => `projects/${name}/**/*.ts`),
  'bench/pages/**/*.ts',
];
const specs = ['**/*.spec.ts', '**/testing/**/*.ts', 'e2e/**/*.ts', ...benches];

/** Made by the build, and reviewed as it is: all it has to be is TypeScript. */
const builtApi = 'projects/resource-url/api/*.d.ts';

/** Imports point one way: routes -> rules -> store -> platform (design, "Layout"). */
const direction = (files, group, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
});

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/.angular/',
      '**/data/',
      '**/out-tsc/',
      '**/coverage/',
      '**/node_modules/',
      '**/*.d.ts',
      `!${builtApi}`,
    ],
  },
  {
    files: ['**/*.{js,mjs}'],
    extends: [eslint.configs.recommended],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
  {
    files: [...node, ...browser],
    ignores: [builtApi],
    extends: [eslint.configs.recommended, ...tseslint.configs.strict],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  {
    files: node,
    languageOptions: { parserOptions: { project: './tsconfig.node.json' } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  { files: [builtApi], languageOptions: { parser: tseslint.parser } },
  { files: specs, rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: browser,
    ignores: [builtApi],
    extends: [...angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
  },
  {
    files: ['projects/**/*.html'],
    extends: [...angular.configs.templateRecommended, ...angular.configs.templateAccessibility],
  },
  direction(
    ['server/src/platform/**/*.ts'],
    ['../*', '!../testing', '!../testing/*'],
    'platform/ imports no feature.',
  ),
  direction(
    ['server/src/**/store.ts', 'server/src/**/*.store.ts'],
    ['**/routes.ts', 'express'],
    'A store knows neither routes nor HTTP.',
  ),
  {
    files: ['server/src/**/routes.ts', 'server/src/**/*.routes.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/store.ts', '**/*.store.ts'],
              message: 'Routes ask rules, and rules ask stores.',
              allowTypeImports: true,
            },
          ],
        },
      ],
    },
  },
  direction(
    ['projects/signed-url/src/**/!(*.spec).ts'],
    ['../*', '@*', 'server/*'],
    'signed-url imports nothing.',
  ),
  prettier,
);
