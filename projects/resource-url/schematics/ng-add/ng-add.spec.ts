import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SchematicTestRunner, type UnitTestTree } from '@angular-devkit/schematics/testing/index.js';
import type { NgAddOptions } from './options.ts';

const WORKSPACE = resolve(import.meta.dirname, '../../../..');
const CONFIG = '/projects/shop/src/app/app.config.ts';
const MODULE = '/projects/shop/src/app/app-module.ts';
const SERVER = 'http://127.0.0.1:3000';

describe('ng add @countersign/angular', () => {
  let folder: string;
  let runner: SchematicTestRunner;
  let said: string[];

  // What is tested is what is published, built in a folder from which the CLI's packages are found.
  beforeAll(() => {
    mkdirSync(join(WORKSPACE, 'dist'), { recursive: true });
    folder = mkdtempSync(join(WORKSPACE, 'dist', 'schematics-spec-'));
    execFileSync(process.execPath, [join(WORKSPACE, 'scripts/build-schematics.mjs'), folder]);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    runner = new SchematicTestRunner('countersign', join(folder, 'collection.json'));
    said = [];
    runner.logger.subscribe(({ message }) => said.push(message));
  });

  async function workspace(...applications: object[]): Promise<UnitTestTree> {
    const options = { name: 'workspace', version: '22.0.0', newProjectRoot: 'projects' };
    let tree = await runner.runExternalSchematic('@schematics/angular', 'workspace', options);
    for (const application of applications) {
      tree = await runner.runExternalSchematic('@schematics/angular', 'application', application, tree);
    }
    return tree;
  }

  const standalone = () => workspace({ name: 'shop' });
  const ngAdd = (tree: UnitTestTree, options: NgAddOptions = {}) =>
    runner.runSchematic('ng-add', options, tree);

  const contents = (tree: UnitTestTree) =>
    Object.fromEntries(tree.files.map((file) => [file, tree.readContent(file)]));

  const count = (text: string, part: string) => text.split(part).length - 1;

  const replace = (tree: UnitTestTree, file: string, from: string, to: string) => {
    const text = tree.readContent(file);
    expect(text).toContain(from);
    tree.overwrite(file, text.replace(from, to));
  };

  const serveOptions = (tree: UnitTestTree) =>
    (
      JSON.parse(tree.readContent('/angular.json')) as {
        projects: { shop: { architect: { serve: { options?: Record<string, unknown> } } } };
      }
    ).projects.shop.architect.serve.options;

  it('provides resource URLs and HttpClient in a standalone application', async () => {
    const text = (await ngAdd(await standalone())).readContent(CONFIG);
    expect(text).toContain(`import { provideResourceUrls } from '@countersign/angular';`);
    expect(text).toContain(`import { provideHttpClient } from '@angular/common/http';`);
    expect(text).toMatch(
      /providers: \[[^\]]*provideHttpClient\(\), provideResourceUrls\(\{ api: '\/api\/resources' \}\),?\s*\]/,
    );
  });

  it('does the same in an application made of NgModules', async () => {
    const text = (await ngAdd(await workspace({ name: 'shop', standalone: false }))).readContent(MODULE);
    expect(text).toContain(`import { provideResourceUrls } from '@countersign/angular';`);
    expect(text).toMatch(
      /providers: \[[^\]]*provideHttpClient\(\),\s*provideResourceUrls\(\{ api: '\/api\/resources' \}\),?\s*\]/,
    );
  });

  it('writes a providers list where the application has none', async () => {
    const tree = await standalone();
    tree.overwrite(
      '/projects/shop/src/main.ts',
      `import { bootstrapApplication } from '@angular/platform-browser';\nimport { App } from './app/app';\nbootstrapApplication(App);\n`,
    );
    const text = (await ngAdd(tree)).readContent('/projects/shop/src/main.ts');
    expect(text).toMatch(
      /bootstrapApplication\(App, \{\s*providers: \[provideHttpClient\(\), provideResourceUrls/,
    );
  });

  for (const standaloneApplication of [true, false]) {
    it(`changes nothing when it runs again, standalone ${standaloneApplication}`, async () => {
      const tree = await workspace({ name: 'shop', standalone: standaloneApplication });
      const once = await ngAdd(tree, { proxy: SERVER });
      const before = contents(once);
      const twice = await ngAdd(once, { proxy: SERVER });
      const thrice = await ngAdd(twice, { api: '/elsewhere' });
      expect(contents(thrice)).toEqual(before);
      expect(said.join('\n')).toContain('has provideResourceUrls() already');
    });
  }

  it('leaves an HttpClient with interceptors as it is', async () => {
    const tree = await standalone();
    replace(tree, CONFIG, 'provideRouter', 'provideHttpClient(withInterceptors([bearer])), provideRouter');
    const text = (await ngAdd(tree)).readContent(CONFIG);
    expect(text).toContain('provideHttpClient(withInterceptors([bearer]))');
    expect(count(text, 'provideHttpClient(')).toBe(1);
    expect(count(text, 'provideResourceUrls(')).toBe(1);
  });

  it('leaves an HttpClientModule as it is', async () => {
    const tree = await workspace({ name: 'shop', standalone: false });
    replace(tree, MODULE, 'BrowserModule,', 'BrowserModule, HttpClientModule,');
    expect((await ngAdd(tree)).readContent(MODULE)).not.toContain('provideHttpClient');
  });

  it('does not take a comment or a spec for what is provided', async () => {
    const tree = await standalone();
    const line = `import { provideResourceUrls } from '@countersign/angular';\n`;
    tree.create('/projects/shop/src/app/other.spec.ts', `${line}provideHttpClient();`);
    replace(tree, CONFIG, 'import', `// ${line}import`);
    const text = (await ngAdd(tree)).readContent(CONFIG);
    expect(count(text, 'provideResourceUrls(')).toBe(1);
    expect(count(text, 'provideHttpClient(')).toBe(1);
  });

  it('writes the API as it was given, with its quotes escaped', async () => {
    const text = (await ngAdd(await standalone(), { api: `/it's "my" $& \\api` })).readContent(CONFIG);
    expect(text).toContain(`provideResourceUrls({ api: '/it\\'s "my" $& \\\\api' })`);
  });

  it('writes the delivery origin', async () => {
    const options = { deliveryOrigin: 'https://cdn.example.com' };
    expect((await ngAdd(await standalone(), options)).readContent(CONFIG)).toContain(
      `provideResourceUrls({ api: '/api/resources', deliveryOrigins: ['https://cdn.example.com'] })`,
    );
  });

  it('sets up the proxy of ng serve', async () => {
    const tree = await ngAdd(await standalone(), { proxy: `${SERVER}/` });
    expect(JSON.parse(tree.readContent('/projects/shop/proxy.conf.json'))).toEqual({
      '/api': { target: SERVER, changeOrigin: true },
      '/assets/deployed': { target: SERVER, changeOrigin: true },
    });
    expect(serveOptions(tree)).toEqual({ proxyConfig: 'projects/shop/proxy.conf.json' });
  });

  it('adds to the proxy that is there, and leaves its entries and comments', async () => {
    const tree = await standalone();
    const before = '{\n  // ours\n  "/api": { "target": "http://localhost:9" }\n}\n';
    tree.create('/src/proxy.json', before);
    replace(
      tree,
      '/angular.json',
      '"serve": {',
      '"serve": { "options": { "proxyConfig": "src/proxy.json", "port": 4300 },',
    );
    const after = await ngAdd(tree, { proxy: SERVER });
    const text = after.readContent('/src/proxy.json');
    expect(text).toContain('// ours');
    expect(JSON.parse(text.replace('// ours', ''))).toEqual({
      '/api': { target: 'http://localhost:9' },
      '/assets/deployed': { target: SERVER, changeOrigin: true },
    });
    expect(serveOptions(after)).toEqual({ proxyConfig: 'src/proxy.json', port: 4300 });
    expect(after.exists('/projects/shop/proxy.conf.json')).toBeFalse();
  });

  it('says what belongs into a proxy that it cannot edit', async () => {
    const tree = await standalone();
    tree.create('/proxy.mjs', 'export default {};\n');
    replace(tree, '/angular.json', '"serve": {', '"serve": { "options": { "proxyConfig": "proxy.mjs" },');
    const after = await ngAdd(tree, { proxy: SERVER });
    expect(after.readContent('/proxy.mjs')).toBe('export default {};\n');
    expect(said.join('\n')).toContain('"/assets/deployed"');
    expect(after.readContent(CONFIG)).toContain('provideResourceUrls(');
  });

  it('maps an API of another name to where the server has it', async () => {
    const tree = await ngAdd(await standalone(), { proxy: SERVER, api: '/v1.0/signing' });
    expect(JSON.parse(tree.readContent('/projects/shop/proxy.conf.json'))).toEqual({
      '/v1.0/signing': {
        target: SERVER,
        changeOrigin: true,
        pathRewrite: { '^/v1\\.0/signing': '/api/resources' },
      },
      '/assets/deployed': { target: SERVER, changeOrigin: true },
    });
  });

  it('says what it did and what to do next', async () => {
    await ngAdd(await standalone());
    const text = said.join('\n');
    expect(text).toContain(`Added provideResourceUrls({ api: '/api/resources' }) to "shop".`);
    expect(text).toContain('projects/shop/public/assets/deployed/images/users/');
  });

  it('asks which of several applications is meant', async () => {
    const tree = await workspace({ name: 'shop' }, { name: 'office' });
    await expectAsync(ngAdd(tree)).toBeRejectedWithError(/--project NAME\. There are: shop, office\./);
    const after = await ngAdd(tree, { project: 'office' });
    expect(after.readContent('/projects/office/src/app/app.config.ts')).toContain('provideResourceUrls(');
    expect(after.readContent(CONFIG)).not.toContain('provideResourceUrls');
  });

  it('refuses a project that does not exist, or is no application', async () => {
    const tree = await standalone();
    await expectAsync(ngAdd(tree, { project: 'shpo' })).toBeRejectedWithError(
      'The project "shpo" does not exist. Applications here: shop.',
    );
    const library = await runner.runExternalSchematic('@schematics/angular', 'library', { name: 'ui' }, tree);
    await expectAsync(ngAdd(library, { project: 'ui' })).toBeRejectedWithError(/"ui" is no application/);
  });

  for (const [options, message] of [
    [{ api: '/api/resources/sign' }, /Write --api \/api\/resources$/],
    [{ api: '' }, /api/],
    [{ proxy: '127.0.0.1:3000' }, /Write --proxy http:\/\/127\.0\.0\.1:3000/],
    [{ proxy: 'http://127.0.0.1:3000/api' }, /must be the origin/],
    [{ deliveryOrigin: 'cdn.example.com' }, /Write --delivery-origin https:/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)} and says what to write`, async () => {
      await expectAsync(ngAdd(await standalone(), options)).toBeRejectedWithError(message);
    });
  }

  it('says what to write where it cannot follow how the application starts', async () => {
    const tree = await standalone();
    tree.overwrite(
      '/projects/shop/src/main.ts',
      `import { bootstrapApplication } from '@angular/platform-browser';\nimport { App } from './app/app';\nbootstrapApplication(App, config());\n`,
    );
    await expectAsync(ngAdd(tree)).toBeRejectedWithError(
      /^Write provideHttpClient\(\) into the providers of the application yourself: /,
    );
  });
});
