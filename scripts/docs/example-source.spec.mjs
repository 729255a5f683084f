/* global describe, it, expect */
import { exampleSource } from './example-source.mjs';

const library = {
  exports: { '@countersign/angular': ['ResourceUrlService', 'ResourceRef', 'ResourceSrc'] },
  templates: ['ResourceSrc'],
};
const source = (code, language = 'ts') => exampleSource({ language, code }, 7, library).split('\n');

describe('the file made of an example', () => {
  it('has the application and its imports on line 1, and the example below', () => {
    const [prelude, ...code] = source("const url = urls.getUrl('a');\nurl;");
    expect(prelude).toContain('declare const urls: ResourceUrlService;');
    expect(prelude).toContain("import { ResourceUrlService } from '@countersign/angular';");
    expect(code).toEqual(["const url = urls.getUrl('a');", 'url;', '']);
  });

  it('leaves alone what the example imports or declares itself', () => {
    const own =
      "import { ResourceUrlService as S, inject } from 'x';\nconst { urls, first: [ref] } = inject(S);";
    const [prelude] = source(own);
    expect(prelude).not.toContain('declare const');
    expect(prelude).not.toContain('inject');
  });

  it('declares nothing that only is a property or a part of another name', () => {
    const [prelude] = source('a.urls; userId2; fileName; f({ ref: 1 });');
    expect(prelude).toBe(' export {};');
  });

  it('puts members into a class', () => {
    const lines = source('protected readonly urls = inject(ResourceUrlService);');
    expect(lines[0]).toMatch(/^import .* class Example \{$/);
    expect(lines[1]).toBe('protected readonly urls = inject(ResourceUrlService);');
  });

  it('makes a template the one of a component that has the application and every directive', () => {
    const [component, template] = source('<b>{{ `${ref}` }}</b>', 'html');
    expect(component).toContain('imports: [AsyncPipe, ResourceSrc]');
    expect(component).toContain("import { Component } from '@angular/core';");
    expect(template).toBe('<b>{{ \\`\\${ref}\\` }}</b>');
    expect(source('{{ urls.getState(ref)() }}', 'html')[2]).toContain(
      'declare readonly urls: ResourceUrlService;',
    );
  });
});
