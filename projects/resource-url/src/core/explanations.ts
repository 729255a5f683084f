/** What messages say in development after the path; production builds leave these sentences out. */
export const EXPLANATIONS = {
  character: 'holds a backslash, percent sign, control character or signature; pass the decoded path alone',
  segment: 'is empty or has a segment that is empty, "." or ".."',
  long: 'is longer than 1024 bytes, or has a segment longer than 255',
  url: 'is not a usable URL',
  encoding: 'is badly percent-encoded, or holds an encoded slash',
  'not-a-segment': 'has to be one segment of a path here',
  'missing-parameter': 'is a parameter of this kind, and was not given',
  options: 'is asked for with a lifetime that is not 1 to 10080 whole minutes, or a reason other than \\w.:-',
  'unknown-kind': 'has no definition; write provideResourceUrls({ kinds: { ... } })',
  'no-answer': 'got no answer from the signing API',
  interceptor: 'was not asked for: an interceptor failed',
  refused: 'was refused',
  answer: 'was not answered with {url, expiresAt, signatureId}',
  batch: 'is in a batch that was not answered with one result per resource',
  scheme: 'was answered with a URL that is neither http(s) nor same-origin',
  clock: 'was answered with a URL that is expired already; is the clock of this device right?',
};
