import { createHash } from 'node:crypto';

/** The only style of the page; paper is white whatever the screen was. */
export const CERTIFICATE_STYLE = `
:root { color-scheme: light dark; --ink: #1a1d21; --soft: #545b64; --line: #c9ced6; --page: #ffffff; --good: #0b6b3a; --bad: #a3161b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7eaee; --soft: #a5adb8; --line: #3b424c; --page: #15181c; --good: #6fd49b; --bad: #ff8f8f; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
p { margin: .5rem 0; }
.lead { color: var(--soft); margin-bottom: 1rem; }
.verdict { font-weight: 600; }
.good { color: var(--good); }
.bad { color: var(--bad); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
table + table, .facts + .scroll { margin-top: 1rem; }
.facts th { width: 13rem; color: var(--soft); font-weight: 500; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .82rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
@media print {
  :root { color-scheme: light; --ink: #000; --soft: #333; --line: #999; --page: #fff; --good: #000; --bad: #000; }
  @page { margin: 18mm 16mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 1.25rem; }
  tr, .keep { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
}
`;

/** Nothing is loaded, run, framed or sent: the page is its text and this style. */
export const CERTIFICATE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(CERTIFICATE_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
