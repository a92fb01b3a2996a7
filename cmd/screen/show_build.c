#include "cmd/screen/show_build.h"

#include "base/buf.h"
#include "base/text/text.h"
#include "cmd/screen/show_clean.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define PARTS_MOST 100000

struct build_part {
	size_t number;
	bool named;
	int64_t began; /* as the elapsed time of the build's step */
};

void show_build_init(struct show_build *build, FILE *out, int *failure, struct arena *arena)
{
	*build = (struct show_build){ .out = out, .failure = failure };
	map_init(&build->parts, arena);
}

/* Two parts of a build with one name are one; NULL: there are too many. */
static struct build_part *part_of(struct show_build *build, const struct event *event)
{
	struct arena *arena = build->parts.arena;
	auto_buf struct buf key;
	buf_init(&key, 1 << 20);
	buf_printf(&key, "%s %s", event->name, event->part);
	struct build_part *part = map_get(&build->parts, buf_text(&key));
	if (part || build->parts.count >= PARTS_MOST)
		return part;
	part = ARENA_NEW(arena, struct build_part);
	*part = (struct build_part){ .number = build->parts.count + 1, .began = event->elapsed };
	map_set(&build->parts, arena_strdup(arena, buf_text(&key)), part);
	return part;
}

/* "[1/2] FROM busybox" is "[web 1/2] FROM busybox", as docker compose names what several services build. */
static void put_name(struct buf *text, const struct event *event)
{
	const char *part = event->part;
	buf_putc(text, '[');
	show_clean(text, event->service, strlen(event->service));
	buf_puts(text, *part == '[' ? " " : "] ");
	part += *part == '[';
	show_clean(text, part, strlen(part));
}

static void put_text(struct buf *text, const struct build_part *part, const struct event *event)
{
	buf_printf(text, "#%zu ", part->number);
	if (event->kind == EVENT_OUTPUT)
		buf_printf(text, "%.3f ", (double)(event->elapsed - part->began) / 1e9);
	size_t word = event->kind == EVENT_OUTPUT ? 0 : strcspn(event->text, " ");
	for (size_t i = 0; i < word; i++)
		buf_putc(text, (char)toupper((unsigned char)event->text[i]));
	show_clean(text, event->text + word, strlen(event->text + word));
	buf_putc(text, '\n');
}

void show_build_event(struct show_build *build, const struct event *event)
{
	bool turns = event->kind == EVENT_PROGRESS && event->turn != TURN_NONE;
	if ((!turns && event->kind != EVENT_OUTPUT) || !event->part || !event->service || !event->name)
		return;
	struct build_part *part = part_of(build, event);
	if (!part)
		return;
	auto_buf struct buf text;
	buf_init(&text, 1 << 20);
	if (build->last && part != build->last)
		buf_putc(&text, '\n');
	if (!part->named) {
		buf_printf(&text, "#%zu ", part->number);
		put_name(&text, event);
		buf_putc(&text, '\n');
	}
	part->named = true;
	build->last = part;
	if (event->kind == EVENT_OUTPUT || event->turn == TURN_ENDS)
		put_text(&text, part, event);
	errno = 0;
	bool told = fwrite(buf_text(&text), 1, text.len, build->out) == text.len && fflush(build->out) == 0;
	if (!told && build->failure && !*build->failure)
		*build->failure = errno ? errno : EIO;
}
