/* What tests of screens share: a terminal of any size, a clock that stands, and what was written. */
#ifndef TESTS_SHOW_CASE_H
#define TESTS_SHOW_CASE_H

#include "cmd/screen/show_clean.h"
#include "cmd/screen/show_screen.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static unsigned rows_now, columns_now;
static int64_t clock_now;

static void size_now(unsigned *ret_rows, unsigned *ret_columns)
{
	*ret_rows = rows_now;
	*ret_columns = columns_now;
}

static int64_t time_now(void)
{
	return clock_now;
}

struct fixture {
	struct arena *arena;
	struct show_look look;
	struct show_log log;
	int failure;
	char *text, *out;
	size_t len, out_len;
	struct step step;
};

static int set_up(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof f);
	f.arena = arena_create();
	f.look = (struct show_look){ .title = "up", .size = size_now, .now = time_now };
	f.look.out = open_memstream(&f.text, &f.len);
	f.log.out = f.log.err = open_memstream(&f.out, &f.out_len);
	map_init(&f.log.speakers, f.arena);
	f.log.failure = &f.failure;
	f.look.log = &f.log;
	f.step = (struct step){ .number = 3, .op = OP_CONTAINER_CREATE };
	rows_now = 24, columns_now = 80;
	clock_now = 1000000000;
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	fclose(f->look.out);
	fclose(f->log.out);
	free(f->text);
	free(f->out);
	arena_destroy(f->arena);
	return 0;
}

static void send(struct fixture *f, struct sink *sink, const char *name, enum step_state state)
{
	struct event event = { .kind = EVENT_STEP,
		.time = 1700000000123000000,
		.elapsed = 400000000,
		.step = &f->step,
		.state = state,
		.object = "container",
		.name = name,
		.service = "web" };
	event_send(sink, &event);
}

/* What was written since the last call. */
static const char *written(struct fixture *f)
{
	static char kept[65536];
	fflush(f->look.out);
	snprintf(kept, sizeof kept, "%s", f->text);
	fseek(f->look.out, 0, SEEK_SET);
	memset(f->text, 0, f->len);
	return kept;
}

static size_t lines_of(const char *text)
{
	size_t lines = 0;
	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
