#include "base/text/subnet.h"

int subnet_read(const char *text, struct subnet *ret_subnet)
{
	if (address_parse_net(text, &ret_subnet->net, &ret_subnet->bits))
		return 0;
	if (!address_parse(text, &ret_subnet->net))
		return -1;
	ret_subnet->bits = ret_subnet->net.size * 8;
	return 0;
}

bool subnet_overlaps(const struct subnet *one, const struct subnet *two)
{
	return address_within(&one->net, &two->net, one->bits < two->bits ? one->bits : two->bits);
}
