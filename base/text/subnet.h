/* Ranges of addresses, as networks have them: 10.1.0.0/16, fd00::/64. */
#ifndef BASE_SUBNET_H
#define BASE_SUBNET_H

#include "base/text/address.h"

struct subnet {
	struct address net; /* what stands behind `bits` counts for nothing */
	unsigned bits;
};

/* Reads ADDRESS/BITS, or an address alone, which is a range of one. Returns 0, or -1 for other texts. */
int subnet_read(const char *text, struct subnet *ret_subnet);

/* Whether they have addresses in common: then one of them holds the other. */
bool subnet_overlaps(const struct subnet *one, const struct subnet *two);

#endif
