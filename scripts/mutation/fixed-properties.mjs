// Loaded before the specs of a mutated core: property tests try the same cases each time, so that a mutant which
// survives once survives again.
import fc from 'fast-check';

fc.configureGlobal({ seed: 1, numRuns: 100 });
