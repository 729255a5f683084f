/** One server-sent event. */
export interface ServerEvent {
  /** `message` where it has no name. */
  readonly name: string;
  readonly data: string;
}

/** Reads server-sent events from a text that grows; comments and what is not whole yet are left out. */
export class EventReader {
  #read = 0;

  /**
   * @param text everything that has come so far
   * @returns what was not there before
   */
  take(text: string): ServerEvent[] {
    const end = text.lastIndexOf('\n\n');
    if (end < this.#read) return [];
    const blocks = text.slice(this.#read, end).split('\n\n');
    this.#read = end + 2;
    return blocks.flatMap((block) => {
      const lines = block.split('\n');
      const field = (name: string): string[] =>
        lines.flatMap((line) =>
          line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trimStart()] : [],
        );
      const data = field('data');
      return data.length > 0 ? [{ name: field('event').at(-1) ?? 'message', data: data.join('\n') }] : [];
    });
  }
}
