#include "base/text/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

bool address_parse(const char *text, struct address *ret_address)
{
	char copy[64];
	const char *zone = strchr(text, '%');
	size_t len = zone ? (size_t)(zone - text) : strlen(text);
	*ret_address = (struct address){ .size = 4 };
	if (len >= sizeof copy || (zone && !zone[1]))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (!zone && inet_pton(AF_INET, copy, ret_address->bytes) == 1)
		return true;
	ret_address->size = 16;
	return inet_pton(AF_INET6, copy, ret_address->bytes) == 1;
}

bool address_is_ip(const char *text)
{
	struct address address;
	return address_parse(text, &address);
}

bool address_parse_net(const char *text, struct address *ret_net, unsigned *ret_bits)
{
	char copy[64];
	const char *slash = strchr(text, '/'), *digits = slash ? slash + 1 : "";
	size_t count = strlen(digits);
	if (!slash || (size_t)(slash - text) >= sizeof copy || count < 1 || count > 3 ||
		strspn(digits, "0123456789") != count || (count > 1 && *digits == '0'))
		return false;
	memcpy(copy, text, (size_t)(slash - text));
	copy[slash - text] = '\0';
	*ret_bits = 0;
	for (; *digits; digits++)
		*ret_bits = *ret_bits * 10 + (unsigned)(*digits - '0');
	return !strchr(copy, '%') && address_parse(copy, ret_net) && *ret_bits <= ret_net->size * 8;
}

bool address_within(const struct address *address, const struct address *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	if (address->size != net->size || memcmp(address->bytes, net->bytes, whole) != 0)
		return false;
	return !rest || ((address->bytes[whole] ^ net->bytes[whole]) >> (8 - rest)) == 0;
}

/* Groups of `digits` hexadecimal digits with `between` between them, 48 bits in all. */
static bool is_mac_of(const char *text, size_t digits, char between)
{
	for (size_t seen = 0; seen < 12; seen++) {
		if (seen && seen % digits == 0 && *text++ != between)
			return false;
		if (!isxdigit((unsigned char)*text++))
			return false;
	}
	return !*text;
}

bool address_is_mac(const char *text)
{
	return is_mac_of(text, 2, ':') || is_mac_of(text, 2, '-') || is_mac_of(text, 4, '.');
}
