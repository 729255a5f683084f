export const NODE_FLAGS: readonly string[];
export function alreadySet(execArgv: readonly string[], nodeOptions?: string): boolean;
