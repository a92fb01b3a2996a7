/* The live screen: one row per object, redrawn in place below what has been printed. It never draws more rows
 * than the terminal has, but for the one that stays, measures the terminal before each picture, and takes its
 * picture back before anything else is printed. */
#include "cmd/screen/show_clean.h"
#include "cmd/screen/show_rows.h"

#include <string.h>

#define FRAME        100000000  /* ns between pictures */
#define PICTURE_MOST (1 << 20)  /* bytes */
#define LAST_MOST    (16 << 20) /* of the one that stays, which has every row */

struct tty {
	struct sink sink;
	struct show_look look;
	struct show_rows rows;
	struct show_totals totals;
	struct show_past past;
	int64_t drawn_at;
	size_t drawn[SHOW_ROWS_MOST]; /* columns of each line on the screen */
	size_t ndrawn;
	struct show_foot foot; /* draw NULL: there is none */
	size_t foot_columns;   /* of that line on the screen */
	bool footed;           /* it is there: in the cursor's line, which stands at its begin */
	bool hidden;           /* the cursor */
	char waiting[512];     /* for the engine, cleaned; the last row */
};

/* Lines on the terminal that the last picture takes now: a narrower window has folded it. */
static size_t lines_taken(const struct tty *tty, unsigned columns)
{
	size_t lines = 0;
	for (size_t i = 0; i < tty->ndrawn; i++)
		lines += tty->drawn[i] > columns ? (tty->drawn[i] + columns - 1) / columns : 1;
	return lines;
}

/* Puts `picture` over the last one, line by line: terminals that keep history take "clear the rest of the
 * screen" for a full screen that is to be kept. The cursor ends below the picture. */
static void put_over(struct tty *tty, struct buf *frame, unsigned columns, const struct buf *picture)
{
	size_t before = lines_taken(tty, columns), lines = 0;
	const char *text = buf_text(picture), *end;
	if (before)
		buf_printf(frame, "\033[%zuA\r", before);
	for (; (end = strchr(text, '\n')); text = end + 1, lines++) {
		buf_append(frame, text, (size_t)(end - text));
		buf_puts(frame, "\033[K\n");
	}
	for (size_t i = lines; i < before; i++)
		buf_puts(frame, "\033[K\n");
	if (lines < before)
		buf_printf(frame, "\033[%zuA", before - lines);
}

/* Takes the line below everything away. Where a narrower window has folded it its rest is below the cursor;
 * where it has cut it off there is nothing below, and the cursor must not move past the last line. */
static void foot_take(struct tty *tty, struct buf *frame, unsigned columns)
{
	if (!tty->footed)
		return;
	buf_puts(frame, "\r\033[K");
	if (tty->foot_columns > columns)
		buf_puts(frame, "\0337");
	for (size_t at = columns; at < tty->foot_columns; at += columns)
		buf_puts(frame, "\033[B\033[K");
	if (tty->foot_columns > columns)
		buf_puts(frame, "\0338");
	tty->footed = false;
}

static void foot_put(struct tty *tty, struct buf *frame, unsigned columns)
{
	if (!tty->foot.draw)
		return;
	tty->foot_columns = tty->foot.draw(tty->foot.arg, columns - 1, frame);
	buf_putc(frame, '\r');
	tty->footed = true;
}

static void flush_frame(struct tty *tty, const struct buf *frame)
{
	fwrite(buf_text(frame), 1, frame->len, tty->look.out);
	fflush(tty->look.out);
}

/* Draws the picture over the last one, in one write. What is waited for takes the last line of the room
 * there is. One that `stays` has every row: those that find no room can be read where the terminal scrolls
 * to. */
static void tty_draw(struct tty *tty, bool stays)
{
	unsigned height, columns;
	auto_buf struct buf frame, picture;
	buf_init(&frame, stays ? LAST_MOST : PICTURE_MOST);
	buf_init(&picture, stays ? LAST_MOST : PICTURE_MOST);
	tty->look.size(&height, &columns);
	tty->drawn_at = tty->look.now();
	if (!tty->hidden && tty->rows.count)
		buf_puts(&frame, "\033[?25l");
	tty->hidden |= tty->rows.count > 0;
	tty->look.title = tty->sink.title;
	size_t room = height > 1 ? height - 1 : 1;
	if (room > SHOW_ROWS_MOST)
		room = SHOW_ROWS_MOST;
	size_t drawn[SHOW_ROWS_MOST], ndrawn = 0, width = columns - 1;
	bool waits = *tty->waiting && (stays || room > 1 || !tty->rows.count);
	if (tty->rows.count)
		ndrawn = show_rows_draw(&tty->rows, &tty->look, &tty->totals,
			stays ? tty->rows.count + 1 : room - waits, width, &picture, stays ? NULL : drawn);
	if (waits) {
		size_t whole = show_columns(tty->waiting);
		show_clipped(&picture, tty->waiting, width);
		buf_putc(&picture, '\n');
		if (!stays)
			drawn[ndrawn++] = whole < width ? whole : width;
	}
	foot_take(tty, &frame, columns);
	put_over(tty, &frame, columns, &picture);
	foot_put(tty, &frame, columns);
	tty->ndrawn = stays ? 0 : ndrawn;
	memcpy(tty->drawn, drawn, sizeof drawn[0] * tty->ndrawn);
	flush_frame(tty, &frame);
}

/* Takes the picture away, so that lines can be printed where it was. */
static void tty_clear(struct tty *tty)
{
	unsigned height, columns;
	auto_buf struct buf frame, nothing;
	buf_init(&frame, 1 << 16);
	buf_init(&nothing, 1);
	if (!tty->ndrawn && !tty->footed)
		return;
	tty->look.size(&height, &columns);
	foot_take(tty, &frame, columns);
	put_over(tty, &frame, columns, &nothing);
	tty->ndrawn = 0;
	flush_frame(tty, &frame);
}

/* Draws that line, where it is or where the cursor is. */
static void foot_draw(struct tty *tty)
{
	unsigned height, columns;
	auto_buf struct buf frame;
	buf_init(&frame, 1 << 16);
	tty->look.size(&height, &columns);
	foot_take(tty, &frame, columns);
	foot_put(tty, &frame, columns);
	flush_frame(tty, &frame);
}

static void draw_when_due(struct tty *tty)
{
	if (tty->rows.count && tty->look.now() - tty->drawn_at >= FRAME)
		tty_draw(tty, false);
}

static void print_line(struct tty *tty, const struct event *event, const char *before)
{
	auto_buf struct buf line;
	buf_init(&line, 1 << 20);
	tty_clear(tty);
	if (event->name)
		show_clean(&line, event->name, strlen(event->name));
	buf_puts(&line, event->name ? before : "");
	if (event->text)
		show_clean(&line, event->text, strlen(event->text));
	buf_putc(&line, '\n');
	flush_frame(tty, &line);
	tty->drawn_at = 0;
}

static void tty_on_waiting(struct tty *tty, const struct event *event)
{
	char words[512];
	auto_buf struct buf line;
	buf_init(&line, 4096);
	bool before = *tty->waiting;
	if (event->elapsed)
		show_clean(&line, words, strlen(show_waiting(words, sizeof words, event)));
	snprintf(tty->waiting, sizeof tty->waiting, "%s", buf_text(&line));
	if (*tty->waiting || (before && tty->rows.count))
		tty_draw(tty, false);
	else
		tty_clear(tty);
}

/* What is to stay (logs, notes, retries) is printed above the picture; the rest changes the picture, which
 * is drawn when it is due. */
static void show_tty_event(struct sink *sink, const struct event *event)
{
	struct tty *tty = (struct tty *)sink;
	struct show_log *log = tty->look.log;
	if (show_is_echo(&tty->past, event))
		return;
	show_count(&tty->totals, event, tty->look.now());
	switch (event->kind) {
	case EVENT_LOG:
	case EVENT_EXIT:
		if (!log)
			return;
		tty_clear(tty);
		if (event->kind == EVENT_LOG)
			show_log_line(log, event->name, event->standard_error, event->text, event->len);
		else
			show_log_exit(log, event->name, event->status, event->again);
		break;
	case EVENT_NOTE:
		print_line(tty, event, ": ");
		break;
	case EVENT_RETRY:
		print_line(tty, event, " again: ");
		break;
	case EVENT_WAITING:
		tty_on_waiting(tty, event);
		return;
	case EVENT_PROGRESS:
		if (tty->look.quiet_pull)
			return;
		show_rows_event(&tty->rows, event, tty->look.now());
		break;
	case EVENT_OUTPUT:
		if (tty->look.quiet_build)
			return;
		/* fall through */
	case EVENT_PROBE:
	case EVENT_STEP:
		show_rows_event(&tty->rows, event, tty->look.now());
	}
	sink->wants_tick = tty->rows.running > 0;
	draw_when_due(tty);
}

static void show_tty_tick(struct sink *sink)
{
	draw_when_due((struct tty *)sink);
}

static void show_tty_end(struct sink *sink, bool ok)
{
	struct tty *tty = (struct tty *)sink;
	struct show_foot foot = tty->foot;
	tty->foot = (struct show_foot){ .draw = NULL }; /* until it is drawn again below what is to stay */
	if (tty->rows.count)
		tty_draw(tty, true);
	else
		foot_draw(tty);
	tty->foot = foot;
	if (tty->hidden)
		fputs("\033[?25h", tty->look.out);
	if (!ok)
		show_sum(tty->look.out, tty->sink.title, &tty->totals, tty->look.now());
	fflush(tty->look.out);
	tty->hidden = false;
	tty->ndrawn = 0;
	tty->totals = (struct show_totals){ .began = 0 };
	show_past_init(&tty->past, tty->past.fallen.arena);
	show_rows_clear(&tty->rows);
	sink->wants_tick = false;
}

static void show_tty_yield(struct sink *sink)
{
	tty_clear((struct tty *)sink);
}

bool show_tty_foot(struct sink *sink, const struct show_foot *foot)
{
	struct tty *tty = (struct tty *)sink;
	if (sink->on != show_tty_event)
		return false;
	tty->foot = foot ? *foot : (struct show_foot){ .draw = NULL };
	foot_draw(tty);
	return true;
}

void show_tty_foot_lost(struct sink *sink)
{
	struct tty *tty = (struct tty *)sink;
	if (sink->on != show_tty_event)
		return;
	tty->foot = (struct show_foot){ .draw = NULL };
	tty->footed = false;
}

void show_tty_foot_keep(struct sink *sink)
{
	struct tty *tty = (struct tty *)sink;
	if (sink->on == show_tty_event && tty->foot.draw && !tty->footed)
		foot_draw(tty);
}

struct sink *show_tty_create(struct arena *arena, const struct show_look *look)
{
	struct tty *tty = ARENA_NEW(arena, struct tty);
	tty->sink = (struct sink){ .on = show_tty_event,
		.tick = show_tty_tick,
		.end = show_tty_end,
		.yield = show_tty_yield,
		.title = look->title };
	tty->look = *look;
	tty->totals.began = look->now();
	show_past_init(&tty->past, arena);
	show_rows_init(&tty->rows, arena);
	return &tty->sink;
}
