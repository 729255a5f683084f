// The floor of uploads, in a process of its own: a body of node:http piped to a file, and nothing else.
// Argument: the folder of the file.
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const [folder = '.'] = process.argv.slice(2);

const server = createServer((request, response) => {
  pipeline(request, createWriteStream(join(folder, 'floor.bin'))).then(
    () => response.writeHead(204).end(),
    () => response.destroy(),
  );
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
