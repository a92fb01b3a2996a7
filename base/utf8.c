#include "base/utf8.h"

size_t utf8_decode(const char *text, size_t len, uint32_t *ret_code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)text;
	size_t size = !len         ? 0
		      : *at < 0x80 ? 1
		      : *at < 0xc2 ? 0
		      : *at < 0xe0 ? 2
		      : *at < 0xf0 ? 3
		      : *at < 0xf5 ? 4
				   : 0;
	if (!size || size > len)
		return 0;
	uint32_t code = size == 1 ? *at : *at & (0xff >> (size + 1));
	for (size_t i = 1; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3f);
	}
	if (code < least[size] || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
		return 0;
	if (ret_code)
		*ret_code = code;
	return size;
}
