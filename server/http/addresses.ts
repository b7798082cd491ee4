/** Addresses and networks, as settings name them and sockets tell them. */
import { BlockList, isIP } from 'node:net';

/**
 * @param entries addresses and networks, e.g. `127.0.0.1`, `fd00::/8`
 * @returns whether an address is one of them, or in one
 * @throws Error that names what is neither
 */
export function readAddresses(entries: string[]): (address: string) => boolean {
  if (entries.length === 0) return () => false;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits, ...more] = entry.split('/');
    const family = familyOf(address);
    const prefix = Number(bits);
    const fits = bits === undefined || (/^\d+$/.test(bits) && prefix <= (family === 'ipv4' ? 32 : 128));
    if (!family || !fits || more.length > 0) throw new Error(`${entry} is neither an address nor a network (CIDR)`);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, prefix, family);
  }
  return (address) => {
    const family = familyOf(address);
    return family !== null && list.check(address, family);
  };
}

/** IPv4 as such where a socket of both families tells it as IPv6. */
export const unmapped = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '');

const familyOf = (address: string) =>
  (({ 4: 'ipv4', 6: 'ipv6' })[isIP(address)] as 'ipv4' | 'ipv6' | undefined) ?? null;
