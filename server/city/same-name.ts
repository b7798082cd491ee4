/** The dots between the parts of a name, as keyboards and registers have them. */
const DOTS = /[•‧・.∙⋅●◦]/g;

/**
 * Whether two texts are one name: width and compatibility forms (NFKC), dots, spaces and the case of Latin letters make no difference.
 * Characters do: 㛃 is not 婕.
 */
export const isSameName = (one: string, other: string): boolean => plain(one) === plain(other);

const plain = (name: string) => name.normalize('NFKC').replace(/\s/g, '').replace(DOTS, '·').toUpperCase();
