// What an example in a docstring or on a page may use without saying where it comes from. A name that the example
// declares or imports itself is its own. Every export of every entry of @countersign/angular is there besides.

/** Names of other packages that an example may use without an import. */
export const imports = {
  '@angular/common': ['AsyncPipe', 'NgOptimizedImage'],
  '@angular/common/http': [
    'HttpClient',
    'HttpContext',
    'HttpInterceptorFn',
    'provideHttpClient',
    'withFetch',
    'withInterceptors',
  ],
  '@angular/core': [
    'ApplicationConfig',
    'ChangeDetectionStrategy',
    'Component',
    'computed',
    'effect',
    'inject',
    'Injectable',
    'input',
    'signal',
    'Signal',
    'Type',
    'viewChild',
  ],
  '@angular/core/testing': ['TestBed'],
  '@angular/cdk/testing/testbed': ['TestbedHarnessEnvironment'],
  '@angular/platform-browser': ['bootstrapApplication'],
  '@angular/router': ['ActivatedRoute', 'provideRouter', 'ResolveFn', 'Router', 'Routes'],
  rxjs: ['firstValueFrom', 'map', 'Observable'],
};

/** The reader's application: name and type of everything an example may take from it. */
export const application = {
  App: 'Type<unknown>',
  TeamPage: 'Type<unknown>',
  Session: 'Type<{ readonly userId: Signal<string | undefined> }>',
  bearerToken: 'HttpInterceptorFn',
  token: '() => string',
  signInAgain: '() => void',
  userId: '() => string | undefined',
  urls: 'ResourceUrlService',
  ref: 'ResourceRef',
  user: '{ readonly id: string; readonly name: string; readonly picture: string }',
  contract: '{ readonly path: string }',
  members: 'readonly { readonly id: string; readonly name: string; readonly photo: string }[]',
  documents: 'readonly { readonly id: string; readonly name: string }[]',
  form: '{ patchValue(value: object): void }',
  // What a template may call after a signal or a directive of its own, e.g. `#photo="resourceSrc"`.
  url: 'ReturnType<typeof resourceUrl>',
  photo: 'ResourceSrc',
  link: 'ResourceHref',
  // Uploads.
  file: 'File',
  files: 'readonly File[]',
  picker: 'HTMLInputElement',
  upload: 'ResourceUpload',
  uploads: 'ResourceUploads',
  refused: 'WritableSignal<readonly RefusedFile[]>',
  myStore: '{ put(name: string, file: Blob): Observable<UploadedResource> }',
  // Tests of the application.
  fake: 'FakeResourceUrls',
  fixture: 'ComponentFixture<unknown>',
  image: 'HTMLImageElement',
  loader: 'HarnessLoader',
};

/** Where the types of `application` come from, in addition to `imports` and the library. */
export const applicationTypes = {
  '@angular/cdk/testing': ['HarnessLoader'],
  '@angular/core': ['WritableSignal'],
  '@angular/core/testing': ['ComponentFixture'],
};
