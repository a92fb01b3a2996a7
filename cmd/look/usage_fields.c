#include "cmd/look/usage_fields.h"
#include "cmd/table/words.h"

static const struct measured *measured_of(const struct listed *listed)
{
	return listed->object;
}

static const struct usage *usage_of(const struct listed *listed)
{
	return &measured_of(listed)->usage;
}

/* "1.5kB / 2MB" */
static const char *both_ways(const struct listed *listed, double in, double out)
{
	struct arena *arena = listed->arena;
	return measured_of(listed)->known
		       ? arena_printf(arena, "%s / %s", words_size(arena, in), words_size(arena, out))
		       : "--";
}

static const char *percent(const struct listed *listed, double share)
{
	return measured_of(listed)->known ? arena_printf(listed->arena, "%.2f%%", share) : "--";
}

static const char *usage_disks(const struct listed *listed)
{
	return both_ways(listed, usage_of(listed)->read, usage_of(listed)->written);
}

static const char *usage_processors(const struct listed *listed)
{
	return percent(listed, usage_of(listed)->processors);
}

static const char *usage_container(const struct listed *listed)
{
	return measured_of(listed)->id;
}

static const char *usage_id(const struct listed *listed)
{
	const bool *whole = listed->view;
	const char *id = measured_of(listed)->id;
	return *whole ? id : arena_strndup(listed->arena, id, 12);
}

static const char *usage_memory_share(const struct listed *listed)
{
	const struct usage *usage = usage_of(listed);
	return percent(listed, usage->memory_limit > 0 ? usage->memory / usage->memory_limit * 100 : 0);
}

static const char *usage_memory(const struct listed *listed)
{
	struct arena *arena = listed->arena;
	const struct usage *usage = usage_of(listed);
	return measured_of(listed)->known ? arena_printf(arena, "%s / %s", words_memory(arena, usage->memory),
						    words_memory(arena, usage->memory_limit))
					  : "-- / --";
}

static const char *usage_name(const struct listed *listed)
{
	return measured_of(listed)->name;
}

static const char *usage_network(const struct listed *listed)
{
	return both_ways(listed, usage_of(listed)->received, usage_of(listed)->sent);
}

static const char *usage_processes(const struct listed *listed)
{
	return measured_of(listed)->known
		       ? arena_printf(listed->arena, "%lld", (long long)usage_of(listed)->processes)
		       : "--";
}

static const struct field usage_fields[] = {
	{ "BlockIO", "BLOCK I/O", usage_disks },
	{ "CPUPerc", "CPU %", usage_processors },
	{ "Container", "CONTAINER", usage_container },
	{ "ID", "CONTAINER ID", usage_id },
	{ "MemPerc", "MEM %", usage_memory_share },
	{ "MemUsage", "MEM USAGE / LIMIT", usage_memory },
	{ "Name", "NAME", usage_name },
	{ "NetIO", "NET I/O", usage_network },
	{ "PIDs", "PIDS", usage_processes },
	{ 0 },
};

const struct listing usage_listing = {
	.fields = usage_fields,
	.table =
		"table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t"
		"{{.PIDs}}",
};
