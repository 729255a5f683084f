// Loaded into a server that is measured: at SIGUSR2 it collects what nobody uses and says how much is left.
import { writeFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  void writeFile(process.env.HEAP_REPORT, String(process.memoryUsage().heapUsed));
});
