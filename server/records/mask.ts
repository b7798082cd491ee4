/**
 * Masks for the screen and for paper. A document number keeps three characters in front and four behind: beside a birth
 * date this leaves the county open, whereas the common 6 + 4 would give the whole number away.
 */
const cover = (text: string, front: number, back: number): string => {
  const characters = [...text];
  if (characters.length <= front + back) {
    return characters.map((character, at) => (at === 0 ? character : '*')).join('');
  }
  return (
    characters.slice(0, front).join('') +
    '*'.repeat(characters.length - front - back) +
    characters.slice(characters.length - back).join('')
  );
};

/** `440106199001011234` to `440***********1234`; a passport `E12345678` to `E12**5678`. */
export const maskIdcode = (idcode: string) => cover(idcode, 3, 4);
/** `13800001234` to `138****1234`. */
export const maskPhone = (phone: string) => cover(phone, 3, 4);
/** `张三丰` to `张*丰`, `李四` to `李*`, longer ones to `阿**逊`: the first and last character, never how many between. */
export function maskName(name: string): string {
  const [first = '', ...rest] = name;
  if (rest.length < 2) return first + '*'.repeat(rest.length);
  return `${first}${rest.length > 2 ? '**' : '*'}${rest.at(-1)}`;
}
/** An address keeps its first six characters. */
export const maskAddress = (address: string) => cover(address, 6, 0);
