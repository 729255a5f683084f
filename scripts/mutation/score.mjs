// What a mutation report comes to.

const noticed = new Set(['Killed', 'Timeout']);
const unnoticed = new Set(['Survived', 'NoCoverage']);

/**
 * @param report in the mutation testing report schema; mutants that do not compile or were ignored do not count
 * @returns `{ killed, mutants, percent, files: [{ file, killed, mutants }] }`; 0 % of nothing, so that an empty run fails
 */
export function mutationScore(report) {
  const files = Object.entries(report.files).map(([file, { mutants }]) => ({
    file,
    killed: mutants.filter(({ status }) => noticed.has(status)).length,
    mutants: mutants.filter(({ status }) => noticed.has(status) || unnoticed.has(status)).length,
  }));
  const sum = (field) => files.reduce((total, file) => total + file[field], 0);
  const [killed, mutants] = [sum('killed'), sum('mutants')];
  return { killed, mutants, percent: mutants === 0 ? 0 : (100 * killed) / mutants, files };
}
