import { readEnvironment } from '../../config.ts';
import { lateS3BlobStore } from '../../open-blob-store.ts';
import { tryStore } from '../../platform/try-store.ts';
import { s3Of } from '../../s3-environment.ts';
import { ok, problem, wordsOf, type Check } from './check.ts';

const RIGHTS = {
  put: 's3:PutObject',
  get: 's3:GetObject',
  list: 's3:ListBucket',
  delete: 's3:DeleteObject',
};

/** Puts, reads, lists and deletes one object where those of resources are. */
export const bucketCheck: Check = {
  name: 'bucket',
  async run({ variables }) {
    if (!variables['S3_BUCKET']) return [];
    try {
      const s3 = s3Of(readEnvironment(variables));
      if (s3 === undefined) return [];
      const store = await lateS3BlobStore(s3);
      const tried = await tryStore(store);
      const failed = tried.filter(({ failure }) => failure !== undefined);
      if (failed.length === 0) return [ok(`${s3.bucket}: an object was put, read, listed and deleted`)];
      return failed.map(({ step, failure = '' }) =>
        problem(
          `${s3.bucket}: ${step} does not work: ${failure}`,
          `look at the log of the store, and allow ${RIGHTS[step]} (docs/storage.md)`,
        ),
      );
    } catch (error) {
      return [
        problem(
          `the bucket cannot be tried out: ${wordsOf(error)}`,
          'look at S3_BUCKET and what belongs to it',
        ),
      ];
    }
  },
};
