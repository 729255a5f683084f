// Times go to PostgreSQL and come back as whole microseconds, its own resolution: seals cover them bit for bit, and a
// float of seconds or a Date of milliseconds would round.

/** @param micros SQL of a bigint: microseconds since 1970 @returns SQL of the timestamptz */
export const timeOfMicros = (micros: string): string =>
  `(timestamptz 'epoch' + ${micros} * interval '1 microsecond')`;

/** @param time SQL of a timestamptz @returns SQL of a float8 that is whole: microseconds since 1970 */
export const microsOfTime = (time: string): string => `(extract(epoch FROM ${time}) * 1000000)::float8`;
