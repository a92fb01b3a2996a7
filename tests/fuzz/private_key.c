/* Any bytes as a private key of ssh. */
#include "engine/session/private_key.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf struct buf message;
	buf_init(&message, 1000);
	if (private_key_message(&message, (const char *)data, size) && message.len < 4)
		abort();
	return 0;
}
