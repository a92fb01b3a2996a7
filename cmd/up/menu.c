#include "cmd/up/menu.h"
#include "cmd/line/report.h"
#include "cmd/line/terminal.h"
#include "cmd/screen/show_screen.h"

#include <stdio.h>
#include <unistd.h>

static size_t menu_draw(void *arg, size_t columns, struct buf *line)
{
	const struct menu *menu = arg;
	const struct menu_look look = {
		.can_watch = menu->can_watch, .watches = menu->watching->sync != NULL, .color = menu->color
	};
	return menu_line(&look, columns, line);
}

static void menu_left(void *arg, bool lost)
{
	struct menu *menu = arg;
	if (lost)
		show_tty_foot_lost(menu->sink);
	else
		show_tty_foot(menu->sink, NULL);
}

static void menu_back(void *arg)
{
	struct menu *menu = arg;
	show_tty_foot(menu->sink, &(struct show_foot){ .draw = menu_draw, .arg = menu });
}

/* Only noted: it may come while containers are being changed. */
static void menu_pressed(void *arg, char key)
{
	struct menu *menu = arg;
	menu->turn ^= key == 'w';
	menu->gap |= key == '\n';
	if (key == 'd')
		attach_leave(menu->watching->attach);
}

static void menu_turn_watch(struct menu *menu)
{
	struct watching *watching = menu->watching;
	struct ctx *ctx = watching->ctx;
	menu->turn = false;
	if (watching->sync) {
		watching_close(watching);
		watching_said(watching, "Watch disabled");
	} else if (!menu->can_watch) {
		watching_said(watching, "there are no files to watch: no service here has `develop.watch`");
	} else if (watching_open(watching, menu->scope) < 0) {
		errors_soften(&ctx->errors);
	}
	report_warnings(ctx);
	menu_back(menu);
}

static void menu_begin(struct menu *menu)
{
	struct ctx *ctx = menu->watching->ctx;
	const struct keys_options options = {
		.pressed = menu_pressed, .left = menu_left, .back = menu_back, .arg = menu
	};
	menu->begun = true;
	menu->color = terminal_color(stderr, ctx->globals.ansi, ctx->os_env);
	if (keys_open(&menu->keys, ctx->loop, &options))
		menu_back(menu);
}

bool menu_wanted(struct ctx *ctx, enum tri asked)
{
	const char *term = map_get(ctx->os_env, "TERM");
	if (asked == TRI_NO || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !isatty(STDERR_FILENO))
		return false;
	if (terminal_moves(stderr, ctx->globals.ansi, ctx->os_env))
		return true;
	if (asked == TRI_YES)
		error_warn(&ctx->errors, NULL, NULL,
			"no menu here: it needs a terminal whose cursor can be moved (TERM=%s)",
			term ? term : "");
	return false;
}

bool menu_meanwhile(void *arg)
{
	struct menu *menu = arg;
	if (!menu->begun)
		menu_begin(menu);
	keys_look(&menu->keys);
	if (menu->gap) {
		menu->gap = false;
		event_yield(menu->sink);
		fputc('\n', stderr);
	}
	if (menu->turn)
		menu_turn_watch(menu);
	bool changed = menu->watching->sync && watching_meanwhile(menu->watching);
	show_tty_foot_keep(menu->sink);
	return changed;
}

void menu_over(void *arg)
{
	struct menu *menu = arg;
	keys_close(&menu->keys);
}
