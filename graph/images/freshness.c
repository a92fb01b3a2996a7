#include "graph/images/freshness.h"

#include <stdlib.h>
#include <string.h>

int64_t freshness_of(const char *policy)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	if (!strcmp(policy, "daily"))
		return 86400;
	if (!strcmp(policy, "weekly"))
		return 604800;
	if (strncmp(policy, "every_", 6))
		return 0;
	int64_t total = 0;
	for (const char *at = policy + 6; *at;) {
		char *end;
		long long number = strtoll(at, &end, 10);
		if (end == at || number < 0 || number > 1000000)
			break;
		for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
			if (*end == units[i].unit)
				total += number * units[i].seconds;
		}
		at = *end ? end + 1 : end;
	}
	return total;
}
