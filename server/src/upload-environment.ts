import { z } from 'zod';
import { clamdAddress } from './hygiene/clamd.ts';
import { UPLOAD_TYPE } from './hygiene/upload-types.ts';

/** Variables about what may be uploaded, and who looks at it. */
export const uploadEnvironment = {
  MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(50 * 1024 * 1024)
    .describe('Largest upload, bytes.'),
  TUS_UPLOAD_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(720)
    .default(24)
    .describe('How long a [resumable upload](uploads.md#resumable-uploads) is kept without a byte, hours.'),
  UPLOADS_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .describe(
      'How many files one person sends to one server at the same time, by tus and by forms of the gateway.',
    ),
  MAX_IMAGE_PIXELS: z.coerce
    .number()
    .int()
    .min(1)
    .default(120_000_000)
    .describe(
      'Most pixels of a picture, width times height; an animation may have ten times as many in all.',
    ),
  UPLOAD_TYPES: z
    .string()
    .transform((list) => list.split(',').map((type) => type.trim().toLowerCase()))
    .refine((types) => types.every((type) => UPLOAD_TYPE.test(type)), {
      error: 'must be media types with commas between them, e.g. application/pdf,image/*',
    })
    .optional()
    .describe(
      'Media types that are taken, with commas: `image/*` is a family, `*` all. Default: [these](hygiene.md#types).',
    ),
  VERSIONS_KEPT: z.coerce
    .number()
    .int()
    .min(0)
    .max(100)
    .default(5)
    .describe(
      '[Older versions](documents.md#versions) of a document that are kept when it is overwritten; 0: none.',
    ),
  SWEEP_OBJECTS_AFTER_HOURS: z.coerce
    .number()
    .int()
    .min(0)
    .max(87_600)
    .default(24)
    .describe(
      'Age at which stored objects that no row knows are removed, once a day, hours ([storage](storage.md#objects-that-belong-to-nobody)); 0: never.',
    ),
  DERIVATIVES_AT_ONCE: z.coerce
    .number()
    .int()
    .min(0)
    .max(16)
    .default(2)
    .describe(
      'How many [smaller pictures](derivatives.md) are made at once, 0 to 16; each takes up to 250 MB, a core and a thread. At least one core is left, and half of `UV_THREADPOOL_SIZE` ([why](derivatives.md#when-they-are-made)). 0: none are made.',
    ),
  CLAMD_HOST: z
    .string()
    .refine(
      (value) => clamdAddress(value) !== undefined,
      'must be host, host:port or the path of a unix socket',
    )
    .optional()
    .describe(
      '[Virus scanner](hygiene.md#viruses): clamd as host, host:port (3310) or the path of its socket. Not set: nothing is scanned.',
    ),
  RESCAN_HOURS: z.coerce
    .number()
    .int()
    .min(0)
    .max(8760)
    .default(24)
    .describe(
      'With CLAMD_HOST: how often what is stored is looked at again, where the scanner has new signatures; 0: never.',
    ),
};
