#include "cmd/show_rows.h"

#include <ctype.h>
#include <string.h>

enum { PARTS_MOST = 256, BAR = 16 };

void show_rows_init(struct show_rows *rows, struct arena *arena)
{
	*rows = (struct show_rows){ .arena = arena };
	map_init(&rows->by_name, arena);
}

void show_rows_clear(struct show_rows *rows)
{
	show_rows_init(rows, rows->arena);
}

static struct show_row *row_of(struct show_rows *rows, const struct event *event)
{
	const char *object = event->object ? event->object : "";
	const char *name = event->name ? event->name : "";
	struct arena_mark mark = arena_mark(rows->arena);
	const char *key = arena_printf(rows->arena, "%s %s", object, name);
	struct show_row *row = map_get(&rows->by_name, key);
	if (row) {
		arena_reset(rows->arena, mark);
		return row;
	}
	auto_buf struct buf clean;
	buf_init(&clean, 1024);
	show_clean(&clean, name, strlen(name));
	row = ARENA_NEW(rows->arena, struct show_row);
	row->object = arena_strdup(rows->arena, object);
	row->name = arena_strdup(rows->arena, buf_text(&clean));
	map_set(&rows->by_name, key, row);
	*ARENA_PUSH(rows->arena, rows->rows, rows->count) = row;
	return row;
}

static void set_detail(struct show_row *row, const char *text)
{
	auto_buf struct buf clean;
	buf_init(&clean, 1 << 16);
	if (text)
		show_clean(&clean, text, strnlen(text, 1024));
	snprintf(row->detail, sizeof row->detail, "%s", buf_text(&clean));
}

static void on_progress(struct show_rows *rows, struct show_row *row, const struct event *event)
{
	const char *id = event->part ? event->part : "";
	if (event->text && *event->text)
		set_detail(row, event->text);
	for (size_t i = 0; i < row->nparts; i++)
		if (strcmp(row->parts[i].id, id) == 0) {
			row->parts[i].current = event->current;
			row->parts[i].total = event->total;
			return;
		}
	if (row->nparts < PARTS_MOST)
		*ARENA_PUSH(rows->arena, row->parts, row->nparts) =
			(struct show_part){ arena_strdup(rows->arena, id), event->current, event->total };
}

void show_rows_event(struct show_rows *rows, const struct event *event, int64_t now)
{
	const char *word = event->kind == EVENT_STEP ? show_word(event) : "";
	if (!word)
		return;
	struct show_row *row = row_of(rows, event);
	if (event->kind == EVENT_PROGRESS) {
		on_progress(rows, row, event);
		return;
	}
	if (event->kind == EVENT_OUTPUT) {
		set_detail(row, event->text);
		return;
	}
	rows->running -= row->state == STEP_RUNNING;
	rows->running += event->state == STEP_RUNNING;
	if (event->state == STEP_RUNNING && row->state != STEP_RUNNING) {
		row->began = now;
		row->nparts = 0;
		set_detail(row, NULL);
	}
	row->state = event->state;
	if (event->state != STEP_RUNNING)
		row->elapsed += event->elapsed;
	snprintf(row->word, sizeof row->word, "%s", word);
	if (event->state == STEP_DONE)
		set_detail(row, NULL);
	else if (event->state != STEP_RUNNING)
		set_detail(row, event->step && event->step->failure ? event->step->failure : event->reason);
}

static const char *symbol(const struct show_rows *rows, const struct show_row *row, bool utf8)
{
	static const char *const spinner[] = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏" };
	static const char *const plain[] = { "|", "/", "-", "\\" };
	switch (row->state) {
	case STEP_RUNNING:
		return utf8 ? spinner[rows->turn % 10] : plain[rows->turn % 4];
	case STEP_DONE:
		return utf8 ? "✔" : "*";
	case STEP_FAILED:
		return utf8 ? "✘" : "x";
	default:
		return "-";
	}
}

static const char *color_of(enum step_state state)
{
	return state == STEP_RUNNING  ? "\033[36m"
	       : state == STEP_DONE   ? "\033[32m"
	       : state == STEP_FAILED ? "\033[31m"
				      : "\033[33m";
}

static void put_size(struct buf *to, int64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double value = (double)bytes;
	size_t unit = 0;
	for (; value >= 1000 && unit < 4; unit++)
		value /= 1000;
	buf_printf(to, unit ? "%.1f%s" : "%.0f%s", value, units[unit]);
}

/* A bar over all parts whose size is known. */
static void put_bar(struct buf *to, const struct show_row *row)
{
	int64_t current = 0, total = 0;
	for (size_t i = 0; i < row->nparts; i++) {
		if (row->parts[i].total <= 0)
			continue;
		int64_t most = row->parts[i].total;
		total += most;
		current += row->parts[i].current > most ? most : row->parts[i].current;
	}
	if (row->state != STEP_RUNNING || total <= 0)
		return;
	int full = (int)((double)current / (double)total * BAR);
	buf_putc(to, '[');
	for (int i = 0; i < BAR; i++)
		buf_putc(to, i < full ? '=' : i == full ? '>' : ' ');
	buf_puts(to, "] ");
	put_size(to, current);
	buf_putc(to, '/');
	put_size(to, total);
	buf_puts(to, "  ");
}

/* One line of at most `columns`; returns how many it takes. */
static size_t put_row(const struct show_rows *rows, const struct show_row *row, const struct show_look *look,
	size_t width, size_t columns, struct buf *frame)
{
	char elapsed[32], right[16];
	auto_buf struct buf left, tail;
	buf_init(&left, 4096);
	buf_init(&tail, 4096);
	buf_printf(&left, " %s %c%s %s", symbol(rows, row, look->utf8), toupper((unsigned char)*row->object),
		*row->object ? row->object + 1 : "", row->name);
	int64_t took = row->elapsed + (row->state == STEP_RUNNING ? look->now() - row->began : 0);
	snprintf(right, sizeof right, "%8s", show_elapsed(elapsed, sizeof elapsed, took));
	put_bar(&tail, row);
	buf_puts(&tail, row->detail);
	size_t used = show_columns(buf_text(&left));
	size_t pad = used < width ? width - used : 0;
	size_t head = used + pad + 2 + 14 + 8 + 2;
	if (head > columns) { /* too narrow for a table: the name, then the word as far as it fits */
		buf_printf(&left, "  %s", row->word);
		show_clipped(frame, buf_text(&left), columns);
		used = show_columns(buf_text(&left));
		return used < columns ? used : columns;
	}
	buf_puts(frame, buf_text(&left));
	buf_printf(frame, "%*s%s%-14s%s%s  ", (int)pad + 2, "", look->color ? color_of(row->state) : "",
		row->word, look->color ? "\033[0m" : "", right);
	show_clipped(frame, buf_text(&tail), columns - head);
	size_t rest = show_columns(buf_text(&tail));
	return head + (rest < columns - head ? rest : columns - head);
}

/* Chooses at most `room` rows: all, else those that run or failed, else the latest. */
static size_t choose(struct show_rows *rows, size_t room)
{
	size_t chosen = 0;
	for (size_t i = 0; i < rows->count; i++) {
		enum step_state state = rows->rows[i]->state;
		bool first = state == STEP_RUNNING || state == STEP_FAILED;
		rows->rows[i]->drawn = rows->count <= room || (first && chosen < room);
		chosen += rows->rows[i]->drawn;
	}
	for (size_t i = rows->count; i-- > 0 && chosen < room;)
		if (!rows->rows[i]->drawn) {
			rows->rows[i]->drawn = true;
			chosen++;
		}
	return chosen;
}

static size_t widest(const struct show_rows *rows, size_t most)
{
	size_t width = 0;
	for (size_t i = 0; i < rows->count; i++) {
		const struct show_row *row = rows->rows[i];
		size_t columns = 4 + strlen(row->object) + show_columns(row->name);
		if (row->drawn && columns > width)
			width = columns;
	}
	return width < most ? width : most;
}

size_t show_rows_draw(struct show_rows *rows, const struct show_look *look, const struct show_totals *totals,
	size_t room, size_t columns, struct buf *frame, size_t *drawn)
{
	size_t lines = 0;
	char title[64], elapsed[32];
	rows->turn++;
	if (room > 1) {
		snprintf(title, sizeof title, "[+] %s %zu/%zu  %s", look->title, totals->done,
			totals->done + totals->failed + totals->skipped + rows->running,
			show_elapsed(elapsed, sizeof elapsed, look->now() - totals->began));
		show_clipped(frame, title, columns);
		buf_putc(frame, '\n');
		drawn[lines++] = strlen(title) < columns ? strlen(title) : columns;
	}
	bool all = rows->count <= room - lines;
	size_t chosen = choose(rows, all ? room - lines : room - lines > 1 ? room - lines - 1 : 1);
	size_t width = widest(rows, columns / 2);
	for (size_t i = 0; i < rows->count; i++) {
		if (!rows->rows[i]->drawn)
			continue;
		drawn[lines++] = put_row(rows, rows->rows[i], look, width, columns, frame);
		buf_putc(frame, '\n');
	}
	if (chosen < rows->count && lines < room) {
		char more[48];
		snprintf(more, sizeof more, "   and %zu more", rows->count - chosen);
		show_clipped(frame, more, columns);
		buf_putc(frame, '\n');
		drawn[lines++] = strlen(more) < columns ? strlen(more) : columns;
	}
	return lines;
}
