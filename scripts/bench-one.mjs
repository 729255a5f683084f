// One benchmark in this process: node --conditions=source scripts/bench-one.mjs bench/NAME.ts
// Writes what its run() resolves to the file that BENCH_FIGURES names.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { run } = await import(pathToFileURL(resolve(process.argv[2])).href);
writeFileSync(process.env.BENCH_FIGURES, JSON.stringify(await run()));
process.exit();
