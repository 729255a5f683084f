/** Signs the tokens of those who look at the pages of bench/pages, on a server that lives for one run. */
export const PAGES_JWT_SECRET = 'pages-jwt-secret-0123456789-abcdefghij';
