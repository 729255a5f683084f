import type { Request } from 'express';
import { invalidRequest } from '../platform/problem.ts';

/** @returns the media type of the bytes that are sent, without parameters @throws invalidRequest when none is declared */
export function declaredType(request: Request): string {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (!type) throw invalidRequest('Say what the bytes are with Content-Type, e.g. image/jpeg.');
  return type === 'image/jpg' ? 'image/jpeg' : type;
}

/** @returns how many bytes are said to come; undefined: nobody said */
export function announcedBytes(request: Request): number | undefined {
  const length = request.headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
