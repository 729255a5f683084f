// The floors, in a process of their own: what Express does with the same bytes when it checks and records nothing.
// Arguments: the JSON that the sign endpoint answers, and the folder of the static file.
import express from 'express';
import type { AddressInfo } from 'node:net';

const [answer = '{}', folder = '.'] = process.argv.slice(2);
const parsed = JSON.parse(answer) as object;

const app = express().disable('x-powered-by').set('etag', false);
app.post('/sign', express.json(), (_request, response) => {
  response.json(parsed);
});
app.use('/static', express.static(folder));

const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
