import {BlockList, isIP} from 'node:net'

/** Everything that is not public unicast, after IANA's special-purpose registries (RFC 6890 and its successors). */
const REFUSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Within 2000::/3: protocol assignments with Teredo, documentation, 6to4. */
const REFUSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const refused = new BlockList()
const global = new BlockList()
for (const range of REFUSED_V4) addRange(refused, range, 'ipv4')
for (const range of REFUSED_V6) addRange(refused, range, 'ipv6')
addRange(global, '2000::/3', 'ipv6')

/**
 * True for an address that a callback may go to. Private, loopback, link-local (with the metadata server), multicast,
 * documentation and translated addresses may not; IPv6 only as global unicast, so mapped IPv4 forms are out as well.
 */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !refused.check(address, 'ipv4')
  return version === 6 && !address.includes('%') && global.check(address, 'ipv6') && !refused.check(address, 'ipv6')
}

/** True for names that lead into the platform or back to this machine, whatever they resolve to. */
export function isInternalName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.+$/, '')
  return /^(?:localhost|metadata|.*\.(?:localhost|internal|local))$/.test(name)
}

function addRange(list: BlockList, range: string, family: 'ipv4' | 'ipv6'): void {
  const [address = '', bits = ''] = range.split('/')
  list.addSubnet(address, Number(bits), family)
}
