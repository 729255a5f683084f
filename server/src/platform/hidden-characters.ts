/** Control characters, marks that change the direction of text, and the BOM: what comes after them is not what one reads. */
export const HIDDEN_CHARACTER = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/u;
