/** Where the steps of starting are told. A pino logger fits, and so does `console`. */
export interface StartLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
