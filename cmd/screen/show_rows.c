#include "cmd/screen/show_rows.h"
#include "base/utf8.h"
#include "cmd/screen/show_clean.h"

#include <ctype.h>
#include <string.h>

enum { PARTS_MOST = 256, BAR = 16 };

/* Columns: of the state, of the time, and of the shortest name worth a column. */
enum { WORD = 14, ELAPSED = 8, NAME_LEAST = 12 };

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
	const char *name = show_name(event) ? show_name(event) : "";
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

/* Words of anybody, cleaned; they are one row's. */
static void set_detail(struct show_row *row, const char *text)
{
	auto_buf struct buf clean;
	buf_init(&clean, 1 << 16);
	if (text)
		show_clean(&clean, text, strnlen(text, 1024));
	const char *from = buf_text(&clean);
	size_t len = 0, size;
	while (len < clean.len) { /* whole characters */
		size = utf8_decode(from + len, clean.len - len, NULL);
		if (len + (size ? size : 1) >= sizeof row->detail)
			break;
		len += size ? size : 1;
	}
	memcpy(row->detail, from, len);
	row->detail[len] = '\0';
	for (char *tab = row->detail; (tab = strchr(tab, '\t'));) /* its width is the terminal's to say */
		*tab = ' ';
}

static void on_progress(struct show_rows *rows, struct show_row *row, const struct event *event)
{
	const char *id = event->part ? event->part : "";
	if (event->turn == TURN_BEGINS && event->part) /* a step of a build: which one it is in */
		set_detail(row, event->part);
	else if (event->text && *event->text && event->turn != TURN_ENDS)
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
	if (event->kind == EVENT_OUTPUT || event->kind == EVENT_PROBE) {
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

static const char *row_symbol(const struct show_rows *rows, const struct show_row *row, bool utf8)
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

/* Chooses at most `room` rows: all, else those that run or failed, else the latest. */
static size_t choose_rows(struct show_rows *rows, size_t room)
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

/* How a picture is laid out: the state is always there, names are cut when they must. */
struct layout {
	size_t columns; /* of a line */
	size_t name;    /* of the symbol and the name */
	bool objects;   /* "Container" stands in front of the name */
	bool table;     /* else the state stands in front of it */
};

static size_t rows_width(const struct show_rows *rows, bool objects)
{
	size_t width = 0;
	for (size_t i = 0; i < rows->count; i++) {
		const struct show_row *row = rows->rows[i];
		size_t columns = 3 + (objects ? strlen(row->object) + 1 : 0) + show_columns(row->name);
		if (row->drawn && columns > width)
			width = columns;
	}
	return width;
}

static struct layout lay_out(const struct show_rows *rows, size_t columns)
{
	struct layout layout = { .columns = columns, .table = columns >= NAME_LEAST + 2 + WORD };
	size_t rest = 2 + WORD + (columns >= NAME_LEAST + 2 + WORD + ELAPSED + NAME_LEAST ? ELAPSED : 0);
	size_t room = columns > rest ? columns - rest : 0;
	layout.objects = rows_width(rows, true) <= room;
	layout.name = rows_width(rows, layout.objects);
	if (layout.name > room)
		layout.name = room;
	return layout;
}

/* Symbol and name in exactly `width` columns. */
static void put_name(const struct show_rows *rows, const struct show_row *row, const struct show_look *look,
	const struct layout *layout, struct buf *line)
{
	auto_buf struct buf name;
	buf_init(&name, 4096);
	if (layout->objects && *row->object)
		buf_printf(&name, "%c%s ", toupper((unsigned char)*row->object), row->object + 1);
	buf_puts(&name, row->name);
	size_t width = layout->name > 3 ? layout->name - 3 : 0, taken = show_columns(buf_text(&name));
	buf_printf(line, " %s ", row_symbol(rows, row, look->utf8));
	show_shortened(line, buf_text(&name), width, look->utf8 ? "…" : "~");
	buf_printf(line, "%*s", taken < width ? (int)(width - taken) : 0, "");
}

/* One line; returns how many columns it takes. */
static size_t draw_row(const struct show_rows *rows, const struct show_row *row, const struct show_look *look,
	const struct layout *layout, struct buf *frame)
{
	char elapsed[32];
	auto_buf struct buf tail;
	buf_init(&tail, 4096);
	if (!layout->table) {
		buf_printf(&tail, " %s %s %s", row_symbol(rows, row, look->utf8), row->word, row->name);
		show_clipped(frame, buf_text(&tail), layout->columns);
		size_t whole = show_columns(buf_text(&tail));
		return whole < layout->columns ? whole : layout->columns;
	}
	put_name(rows, row, look, layout, frame);
	size_t word = show_columns(row->word), most = layout->columns - layout->name - 2;
	int64_t took = row->elapsed + (row->state == STEP_RUNNING ? look->now() - row->began : 0);
	buf_printf(&tail, "%*s%8s  ", word < WORD ? (int)(WORD - word) : 0, "",
		show_elapsed(elapsed, sizeof elapsed, took));
	put_bar(&tail, row);
	buf_puts(&tail, row->detail);
	if (most < WORD + ELAPSED) /* no room for anything but the state */
		buf_reset(&tail);
	buf_printf(frame, "  %s", look->color ? color_of(row->state) : "");
	show_clipped(frame, row->word, most);
	buf_puts(frame, look->color ? "\033[0m" : "");
	size_t used = word < most ? word : most, rest = show_columns(buf_text(&tail));
	show_clipped(frame, buf_text(&tail), most - used);
	return layout->name + 2 + used + (rest < most - used ? rest : most - used);
}

static void note_line(size_t *drawn, size_t line, size_t taken, size_t columns)
{
	if (drawn)
		drawn[line] = taken < columns ? taken : columns;
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
		note_line(drawn, lines++, strlen(title), columns);
	}
	bool all = rows->count <= room - lines;
	size_t chosen = choose_rows(rows, all ? room - lines : room - lines > 1 ? room - lines - 1 : 1);
	struct layout layout = lay_out(rows, columns);
	for (size_t i = 0; i < rows->count; i++) {
		if (!rows->rows[i]->drawn)
			continue;
		note_line(drawn, lines++, draw_row(rows, rows->rows[i], look, &layout, frame), columns);
		buf_putc(frame, '\n');
	}
	if (chosen < rows->count && lines < room) {
		char more[48];
		snprintf(more, sizeof more, "   and %zu more", rows->count - chosen);
		show_clipped(frame, more, columns);
		buf_putc(frame, '\n');
		note_line(drawn, lines++, strlen(more), columns);
	}
	return lines;
}
