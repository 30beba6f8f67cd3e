/** The texts of one language, by the path of their file: `../locales/<language>/<namespace>.json`. */
export type Texts = Record<string, Record<string, unknown>>;
