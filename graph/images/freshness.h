/* Pull policies that say how old an image may become. */
#ifndef GRAPH_FRESHNESS_H
#define GRAPH_FRESHNESS_H

#include <stdint.h>

/* Seconds that an image stays fresh by policy daily, weekly or every_<number><unit>; 0: another policy. */
int64_t freshness_of(const char *policy);

#endif
