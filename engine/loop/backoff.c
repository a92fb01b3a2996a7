#include "engine/loop/backoff.h"

const struct backoff backoff_request = { .first = 50000000, .factor = 4, .repeats = 3 };

int64_t backoff_next(const struct backoff *backoff, unsigned *repeats)
{
	if (*repeats >= backoff->repeats)
		return -1;
	int64_t pause = backoff->first;
	for (unsigned i = 0; i < *repeats; i++)
		pause *= backoff->factor;
	++*repeats;
	return pause;
}
