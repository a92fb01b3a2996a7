/* Foreign answers to probes: nothing of them is trusted. */
#include "engine/probe/probe_wire.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_postgresql(const char *bytes, size_t len)
{
	struct wire_pg pg = { .named = len & 1 };
	while (len) {
		size_t used = 0;
		enum wire wire = wire_pg_judge(&pg, bytes, len, &used);
		if (used > len || (wire == WIRE_SEND && used == 0))
			abort();
		if (wire != WIRE_SEND)
			return;
		bytes += used;
		len -= used;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	judge_postgresql(copy, size);
	if (wire_http_interim(copy, size) > size)
		abort();
	int status = wire_http_status(copy, size);
	wire_status_in(copy, status);
	size_t body = wire_http_body(copy, size);
	if (body > size)
		abort();
	if (wire_http_length(copy, size) < -1)
		abort();
	bool whole;
	if (wire_http_chunked(copy, size) && wire_http_join(copy + body, size - body, &whole) > size - body)
		abort();
	free(copy);
	return 0;
}
