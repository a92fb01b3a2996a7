/* The plain screen: one line per transition, for pipes and logs. */
#include "base/buf.h"
#include "cmd/screen/show_build.h"
#include "cmd/screen/show_clean.h"
#include "cmd/screen/show_compose.h"
#include "cmd/screen/show_screen.h"
#include "cmd/screen/show_words.h"

#include <ctype.h>
#include <string.h>

struct plain {
	struct sink sink;
	struct show_look look;
	struct show_totals totals;
	struct show_past past;
	struct show_build build;
	int64_t waited; /* as the last line of EVENT_WAITING said */
};

static void plain_put_line(struct plain *plain, const struct buf *line)
{
	fprintf(plain->look.out, "%s\n", buf_text(line));
	fflush(plain->look.out);
}

static void put_subject(struct buf *line, const struct event *event)
{
	const char *object = event->object ? event->object : "";
	if (*object)
		buf_printf(line, " %c%s ", toupper((unsigned char)*object), object + 1);
	const char *name = show_name(event);
	if (name)
		show_clean(line, name, strlen(name));
}

static void plain_put_text(struct buf *line, const char *before, const char *text)
{
	if (!text || !*text)
		return;
	buf_puts(line, before);
	show_clean(line, text, strlen(text));
}

static void on_step(struct plain *plain, const struct event *event)
{
	const char *word = show_word(event);
	char elapsed[32];
	if (!word)
		return;
	auto_buf struct buf line;
	buf_init(&line, 8192);
	put_subject(&line, event);
	plain_put_text(&line, "  ", word);
	if (event->state == STEP_DONE || event->state == STEP_FAILED)
		plain_put_text(&line, "  ", show_elapsed(elapsed, sizeof elapsed, event->elapsed));
	if (event->state == STEP_RUNNING && plain->look.verbose)
		plain_put_text(&line, "  ", event->reason);
	if (event->state == STEP_FAILED || event->state == STEP_SKIPPED)
		plain_put_text(&line, "  ",
			event->step && event->step->failure ? event->step->failure : event->reason);
	plain_put_line(plain, &line);
}

/* A line for each container that a step waits for, else one for its object; a pull is of a service. */
static void on_step_compose(struct plain *plain, const struct event *event)
{
	const char *word = show_compose_word(event);
	struct event line = *event;
	bool pulls = event->step && op_traits[event->step->op].pool == POOL_PULL && event->service;
	if (!word || show_compose_unsaid(event))
		return;
	const char *waited = show_compose_waited(event, 0);
	for (size_t i = 0; i == 0 || waited; waited = show_compose_waited(event, ++i)) {
		auto_buf struct buf text;
		buf_init(&text, 8192);
		line.object = waited ? "container" : event->object;
		line.name = waited ? waited : event->name;
		if (pulls)
			plain_put_text(&text, " ", event->service);
		else
			put_subject(&text, &line);
		plain_put_text(&text, pulls ? " " : "  ", word);
		plain_put_line(plain, &text);
	}
}

static void on_words(struct plain *plain, const struct event *event, const char *before)
{
	auto_buf struct buf line;
	buf_init(&line, 1 << 20);
	put_subject(&line, event);
	plain_put_text(&line, before, event->text);
	plain_put_line(plain, &line);
}

static void plain_on_note(struct plain *plain, const struct event *event)
{
	const char *service, *why;
	if (!plain->look.as_compose || !show_compose_skipped(event->text, &service, &why)) {
		on_words(plain, event, event->object || event->name ? ": " : "");
		return;
	}
	auto_buf struct buf line;
	buf_init(&line, 8192);
	buf_putc(&line, ' ');
	show_clean(&line, service, (size_t)(why - service) - strlen(": "));
	plain_put_text(&line, " ", why);
	plain_put_line(plain, &line);
}

/* What builds do. */
static void plain_on_output(struct plain *plain, const struct event *event)
{
	if (plain->look.quiet_build)
		return;
	if (plain->look.build_out)
		show_build_event(&plain->build, event);
	else
		on_words(plain, event, " | ");
}

static void plain_on_waiting(struct plain *plain, const struct event *event)
{
	char words[512];
	auto_buf struct buf line;
	buf_init(&line, 4096);
	const char *text = show_waiting_due(words, sizeof words, event, &plain->waited);
	if (!text)
		return;
	show_clean(&line, text, strlen(text));
	plain_put_line(plain, &line);
}

/* One line for each event, when it comes: fit for a file and for the log of a CI. */
static void show_plain_event(struct sink *sink, const struct event *event)
{
	struct plain *plain = (struct plain *)sink;
	if (show_is_echo(&plain->past, event))
		return;
	show_count(&plain->totals, event, plain->look.now());
	switch (event->kind) {
	case EVENT_STEP:
		(plain->look.as_compose ? on_step_compose : on_step)(plain, event);
		break;
	case EVENT_OUTPUT:
		plain_on_output(plain, event);
		break;
	case EVENT_RETRY:
		on_words(plain, event, "  Again: ");
		break;
	case EVENT_NOTE:
		plain_on_note(plain, event);
		break;
	case EVENT_LOG:
		if (plain->look.log)
			show_log_line(
				plain->look.log, event->name, event->standard_error, event->text, event->len);
		break;
	case EVENT_EXIT:
		if (plain->look.log)
			show_log_exit(plain->look.log, event->name, event->status, event->again);
		break;
	case EVENT_WAITING:
		plain_on_waiting(plain, event);
		break;
	case EVENT_PROGRESS: /* a line per layer and second, or per try, says nothing in a log */
		if (plain->look.build_out)
			plain_on_output(plain, event);
		break;
	case EVENT_PROBE:
		break;
	}
}

static void show_plain_end(struct sink *sink, bool ok)
{
	struct plain *plain = (struct plain *)sink;
	if (!ok)
		show_sum(plain->look.out, plain->sink.title, &plain->totals, plain->look.now());
	fflush(plain->look.out);
	plain->totals = (struct show_totals){ .began = 0 };
	show_past_init(&plain->past, plain->past.fallen.arena);
}

struct sink *show_plain_create(struct arena *arena, const struct show_look *look)
{
	struct plain *plain = ARENA_NEW(arena, struct plain);
	plain->sink = (struct sink){ .on = show_plain_event, .end = show_plain_end, .title = look->title };
	plain->sink.wants_kept = look->as_compose;
	plain->look = *look;
	plain->totals.began = look->now();
	show_past_init(&plain->past, arena);
	show_build_init(&plain->build, look->build_out, look->failure, arena);
	return &plain->sink;
}
