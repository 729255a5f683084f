/**
 * One change of one history. After a restore the same number may be another change; its time, when its transaction
 * began, tells them apart.
 */
export interface Mark {
  epoch: number;
  /** Microseconds since 1970; 0 of the epoch 0, before the first change. */
  at: number;
}

/** Before the first change. */
export const BEGINNING: Mark = { epoch: 0, at: 0 };

export const isSameMark = (a: Mark, b: Mark): boolean => a.epoch === b.epoch && a.at === b.at;
