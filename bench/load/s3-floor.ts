// The floor of delivery from a bucket: objects by their names, as the SDK hands them out, checked and recorded by nobody.
// Argument: the settings of the bucket as JSON.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { s3ClientConfig, s3Packages } from '../../server/src/platform/s3-client.ts';
import type { S3Settings } from '../../server/src/platform/s3-settings.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as S3Settings;
const { client: sdk } = await s3Packages();
const client = new sdk.S3Client((await s3ClientConfig(settings)).config);

const server = createServer((request, response) => {
  const command = new sdk.GetObjectCommand({ Bucket: settings.bucket, Key: (request.url ?? '').slice(1) });
  client
    .send(command)
    .then(({ Body, ContentLength }) => {
      response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': String(ContentLength) });
      return pipeline(Body as Readable, response);
    })
    // Whoever measures notices, and ends its own requests in the middle.
    .catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
