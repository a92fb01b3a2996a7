#include "cmd/table/words.h"

const char *words_age(struct arena *arena, int64_t seconds)
{
	enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
	static const struct {
		int64_t below; /* seconds */
		int64_t unit;
		const char *name;
	} units[] = { { MINUTE, 1, "seconds" }, { HOUR, MINUTE, "minutes" }, { 48 * HOUR, HOUR, "hours" },
		{ 14 * DAY, DAY, "days" }, { 60 * DAY, 7 * DAY, "weeks" },
		{ 2 * 365 * DAY, 30 * DAY, "months" }, { INT64_MAX, 365 * DAY, "years" } };
	size_t i = 0;
	if (seconds < 1)
		return "Less than a second ago";
	if (seconds == 1)
		return "1 second ago";
	if (seconds >= HOUR)
		seconds += HOUR / 2; /* hours are rounded */
	if (seconds / MINUTE == 1)
		return "About a minute ago";
	if (seconds / HOUR == 1)
		return "About an hour ago";
	while (seconds >= units[i].below)
		i++;
	return arena_printf(arena, "%lld %s ago", (long long)(seconds / units[i].unit), units[i].name);
}

/* The number in the largest unit of which it is at least one. */
static const char *in_units(
	struct arena *arena, double number, double base, int digits, const char *const *units)
{
	for (; number >= base && units[1]; units++)
		number /= base;
	return arena_printf(arena, "%.*g%s", digits, number, *units);
}

const char *words_size(struct arena *arena, double bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB", NULL };
	return in_units(arena, bytes, 1000, 3, units);
}

const char *words_memory(struct arena *arena, double bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", NULL };
	return in_units(arena, bytes, 1024, 4, units);
}
