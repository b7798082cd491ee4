/** Styles of a small card that a table fills: its heading stands above the first column. */
export const FLUSH = { header: { paddingInline: 8 }, body: { padding: 0 } };
