import { InjectionToken } from '@angular/core';

/** What differs from one rendering of the page to the next. */
export interface PageOptions {
  readonly mode: 'development' | 'production';
  readonly serverRendering?: 'defer' | 'sign';
  /** Where the signing API is, absolute. */
  readonly api: string;
  /** Where signed URLs point to. */
  readonly deliveryOrigins: readonly string[];
  /** Bearer token of the person whom the page is for. */
  readonly token?: string;
  /** The person's cookies say who it is. */
  readonly withCredentials?: boolean;
  /** Answers POST with `{ text }`, which the page waits for and shows; the answer may be handed on to the browser. */
  readonly greeting?: string;
}

export const PAGE_OPTIONS = new InjectionToken<PageOptions>('PageOptions');
