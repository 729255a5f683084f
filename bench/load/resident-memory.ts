import { readFile } from 'node:fs/promises';

/** What the kernel counts as resident, 1,000,000 bytes each, rounded up (`VmRSS`, proc(5)). */
export async function residentMegabytes(pid: number): Promise<number> {
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return Math.ceil((kibibytes * 1024) / 1_000_000);
}
