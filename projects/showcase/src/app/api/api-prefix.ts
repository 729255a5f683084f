/** Where the API is, without a slash at the end. The server says it in the page; one that does not serves it at `/api`. */
export const API: string =
  document.querySelector<HTMLMetaElement>('meta[name="api"]')?.content.replace(/\/$/, '') || '/api';
