import { commands } from './commands.ts';
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

const code = await runProgram(process.argv.slice(2), commands, processTerminal());
// What is still open, such as a connection that does not answer, must not keep a finished command alive.
process.stdout.write('', () => process.exit(code));
