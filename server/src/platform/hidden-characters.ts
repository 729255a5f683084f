/**
 * Characters after or in which a text is not what one reads: control characters, breaks of lines and paragraphs, marks that
 * change the direction of text, and what shows nothing. Not among them: the joiners of scripts and emoji (ZWNJ, ZWJ), the
 * Mongolian vowel separator, signs that show something (as Arabic numbers have), and the tags of a flag such as Scotland's.
 */
export const HIDDEN_CHARACTER =
  /[\p{Cc}\p{Zl}\p{Zp}\uFFF9-\uFFFB]|(?![\u{E0020}-\u{E007F}\u180E\u200C\u200D])(?=\p{DI})\p{Cf}|(?<!\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{0,6})[\u{E0020}-\u{E007F}]/u;
