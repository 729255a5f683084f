import type { Request } from 'express';
import type { UploadAddresses } from './begin-upload.ts';

/** @returns where the bytes of uploads go that a call begins, below where the API is mounted */
export function addressesOf({ baseUrl }: Pick<Request, 'baseUrl'>): UploadAddresses {
  return {
    form: (id) => `${baseUrl}/resources/uploads/${id}/file`,
    tus: (id) => `${baseUrl}/resources/tus/${id}`,
  };
}
