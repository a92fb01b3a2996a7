/* Addresses as text: IP, networks of IP addresses, hardware. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* An IP address. */
struct address {
	unsigned char bytes[16]; /* in network order */
	unsigned size;           /* 4 or 16 */
};

/* Reads an IPv4 or IPv6 literal, the latter with or without a zone (which is dropped); false when it is none.
 */
bool address_parse(const char *text, struct address *ret_address);

/* Whether address_parse reads it. */
bool address_is_ip(const char *text);

/* Reads ADDRESS/BITS; false when it is none. Bits of the address behind the network's are kept. */
bool address_parse_net(const char *text, struct address *ret_net, unsigned *ret_bits);

/* Whether the address is one of the network of `bits` bits. */
bool address_within(const struct address *address, const struct address *net, unsigned bits);

/* Whether the text is a hardware address of 48 bits in one of the forms that Go reads: 02:42:ac:11:00:02, the
 * same with hyphens, 0242.ac11.0002. */
bool address_is_mac(const char *text);

#endif
