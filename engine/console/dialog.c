#include "engine/console/dialog.h"

#include "base/heap.h"
#include "engine/http/hijack.h"
#include "engine/stream/frames.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define INPUT_ROOM   ((size_t)32 << 10)
#define PENDING_MOST ((size_t)8 << 20) /* what comes at once is less by far */

/* One of our outputs. */
struct outlet {
	struct dialog *dialog;
	int fd;
	struct buf pending; /* to be written, from `written` on */
	size_t written;
	struct loop_watch *watch;
	int own; /* the terminal, opened anew so as not to block; -1: none */
};

struct dialog {
	struct loop *loop;
	struct request *request; /* NULL: the connection has ended */
	struct dialog_options options;
	struct detach detach;
	struct loop_watch *input;    /* NULL: not to be read now */
	bool input_over, has_spoken; /* our input: it has ended; a byte of it was sent */
	struct frames frames;
	struct outlet outlets[2]; /* output, error */
	struct dialog_end end;
	struct buf failure;
	struct loop_timer *ending;
	bool hurried;    /* nobody is waited for that does not take the output */
	bool busy, dead; /* inside of a callback; to be freed after it */
};

static void dialog_free(struct dialog *dialog)
{
	http_cancel(dialog->request);
	loop_unwatch(dialog->loop, dialog->input);
	loop_cancel(dialog->loop, dialog->ending);
	for (size_t i = 0; i < 2; i++) {
		loop_unwatch(dialog->loop, dialog->outlets[i].watch);
		buf_finish(&dialog->outlets[i].pending);
		if (dialog->outlets[i].own >= 0)
			close(dialog->outlets[i].own);
	}
	buf_finish(&dialog->failure);
	free(dialog);
}

void dialog_close(struct dialog *dialog)
{
	if (!dialog)
		return;
	dialog->frames.stop = true;
	if (dialog->busy)
		dialog->dead = true;
	else
		dialog_free(dialog);
}

static void dialog_leave(struct dialog *dialog)
{
	dialog->busy = false;
	if (dialog->dead)
		dialog_free(dialog);
}

/* The end */

static void tell_end(void *arg)
{
	struct dialog *dialog = arg;
	dialog->ending = NULL;
	dialog->busy = true;
	dialog->options.ended(dialog->options.arg, &dialog->end);
	dialog_leave(dialog);
}

static bool is_written(const struct dialog *dialog)
{
	return !dialog->outlets[0].pending.len && !dialog->outlets[1].pending.len;
}

/* Once the connection has ended and what came is written, or cannot be. */
static void end_if_over(struct dialog *dialog)
{
	bool over = !dialog->request && (is_written(dialog) || dialog->end.broken);
	if (over && !dialog->ending)
		dialog->ending = loop_after(dialog->loop, 0, tell_end, dialog);
}

/* Nothing more is sent or read. */
static void hang_up(struct dialog *dialog)
{
	loop_unwatch(dialog->loop, dialog->input);
	dialog->input = NULL;
	dialog->input_over = true;
	dialog->frames.stop = true;
	http_cancel(dialog->request);
	dialog->request = NULL;
	end_if_over(dialog);
}

/* Output */

static void outlet_ready(void *arg, short revents);

/* Whether the descriptor takes PIPE_BUF bytes without waiting: it is not ours to be made non-blocking. */
static bool takes_more(int fd)
{
	struct pollfd at = { .fd = fd, .events = POLLOUT };
	return poll(&at, 1, 0) > 0;
}

/* Writes what goes without waiting; returns how many bytes. */
static size_t write_now(struct outlet *outlet, const char *bytes, size_t len)
{
	size_t written = 0;
	while (written < len && takes_more(outlet->fd)) {
		size_t piece = len - written < PIPE_BUF ? len - written : PIPE_BUF;
		ssize_t n = write(outlet->fd, bytes + written, piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			outlet->dialog->end.broken = errno;
			break;
		}
		written += (size_t)n;
	}
	return written;
}

/* Nothing is read from the connection until all is written. */
static void hold_back(struct dialog *dialog)
{
	if (dialog->request)
		hijack_hold(dialog->request, !is_written(dialog));
}

static void outlet_put(struct outlet *outlet, const char *bytes, size_t len)
{
	struct dialog *dialog = outlet->dialog;
	size_t written = outlet->pending.len || dialog->end.broken ? 0 : write_now(outlet, bytes, len);
	if (dialog->hurried)
		return;
	if (written < len && !dialog->end.broken &&
		!buf_append(&outlet->pending, bytes + written, len - written))
		dialog->end.broken = ENOBUFS; /* nothing is left out of what is shown */
	if (dialog->end.broken) {
		dialog->frames.stop = true;
		return;
	}
	if (written < len && !outlet->watch)
		outlet->watch = loop_watch(dialog->loop, outlet->fd, POLLOUT, outlet_ready, outlet);
}

static void outlet_ready(void *arg, short revents)
{
	struct outlet *outlet = arg;
	struct dialog *dialog = outlet->dialog;
	struct buf *pending = &outlet->pending;
	(void)revents;
	outlet->written += write_now(outlet, pending->data + outlet->written, pending->len - outlet->written);
	if (outlet->written < pending->len && !dialog->end.broken)
		return;
	buf_reset(pending);
	outlet->written = 0;
	loop_unwatch(dialog->loop, outlet->watch);
	outlet->watch = NULL;
	if (dialog->end.broken)
		hang_up(dialog);
	hold_back(dialog);
	end_if_over(dialog);
}

void dialog_hurry(struct dialog *dialog)
{
	dialog->hurried = true;
	for (size_t i = 0; i < 2; i++) {
		struct outlet *outlet = &dialog->outlets[i];
		buf_reset(&outlet->pending);
		outlet->written = 0;
		loop_unwatch(dialog->loop, outlet->watch);
		outlet->watch = NULL;
	}
	hold_back(dialog);
	end_if_over(dialog);
}

static void dialog_payload(void *arg, bool standard_error, const char *bytes, size_t len)
{
	struct dialog *dialog = arg;
	outlet_put(&dialog->outlets[standard_error], bytes, len);
}

/* Input */

static void input_ready(void *arg, short revents);

/* Reads only when what was read can be sent. */
static void watch_input(struct dialog *dialog)
{
	bool wanted = dialog->options.in >= 0 && !dialog->input_over && dialog->request &&
		      hijack_room(dialog->request);
	if (wanted && !dialog->input)
		dialog->input = loop_watch(dialog->loop, dialog->options.in, POLLIN, input_ready, dialog);
	if (!wanted) {
		loop_unwatch(dialog->loop, dialog->input);
		dialog->input = NULL;
	}
}

/* Sends what was typed, but for the keys that detach. */
static void send_typed(struct dialog *dialog, const char *typed, size_t len)
{
	char kept[INPUT_ROOM + DETACH_KEYS_MOST];
	size_t nkept;
	bool detached = detach_pass(&dialog->detach, typed, len, kept, &nkept);
	if (!detached) {
		hijack_send(dialog->request, kept, nkept);
		return;
	}
	dialog->end.detached = true;
	hang_up(dialog);
}

/* The end of our input. A terminal's is a key of it, twice within a line; the engine would take the end of
 * the connection for that of the output, too. */
static void end_input(struct dialog *dialog)
{
	dialog->input_over = true;
	if (dialog->options.endless)
		return;
	if (dialog->options.tty)
		hijack_send(dialog->request, "\x04", 1);
	else if (dialog->options.empty && !dialog->has_spoken)
		dialog->options.empty(dialog->options.arg);
	else
		hijack_shut(dialog->request);
}

void dialog_end_input(struct dialog *dialog)
{
	if (dialog->request)
		hijack_shut(dialog->request);
}

static void input_ready(void *arg, short revents)
{
	struct dialog *dialog = arg;
	char bytes[INPUT_ROOM];
	(void)revents;
	ssize_t len = read(dialog->options.in, bytes, sizeof bytes);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	dialog->has_spoken |= len > 0;
	if (len <= 0) /* or a terminal that is gone */
		end_input(dialog);
	else if (dialog->detach.count) {
		send_typed(dialog, bytes, (size_t)len);
	} else {
		hijack_send(dialog->request, bytes, (size_t)len);
	}
	watch_input(dialog);
}

/* The connection */

static void dialog_on_head(struct request *request)
{
	struct dialog *dialog = request->arg;
	if (request->status >= 300)
		return;
	dialog->end.opened = true;
	dialog->busy = true;
	if (dialog->options.in < 0 && !dialog->options.tty &&
		!dialog->options.endless) /* who reads there must not wait for us */
		hijack_shut(request);
	if (dialog->options.opened)
		dialog->options.opened(dialog->options.arg);
	dialog_leave(dialog);
}

static void dialog_on_data(struct request *request, const char *bytes, size_t len)
{
	struct dialog *dialog = request->arg;
	frames_feed(&dialog->frames, bytes, len, dialog_payload, dialog);
	if (dialog->end.broken)
		hang_up(dialog);
	else
		hold_back(dialog);
}

static void dialog_on_room(struct request *request)
{
	watch_input(request->arg);
}

static void dialog_on_done(struct request *request)
{
	struct dialog *dialog = request->arg;
	if (request->fault != HTTP_OK || request->status >= 300) {
		buf_puts(&dialog->failure, http_message(http_arena(request), request));
		dialog->end.failure = buf_text(&dialog->failure);
		dialog->end.refused = request->fault == HTTP_OK && request->status < 500;
	} else if (!frames_end(&dialog->frames, dialog_payload, dialog)) {
		buf_puts(&dialog->failure, "the connection was lost within the output");
		dialog->end.failure = buf_text(&dialog->failure);
	}
	dialog->request = NULL;
	watch_input(dialog);
	end_if_over(dialog);
}

struct dialog *dialog_open(
	struct request *request, const struct dialog_options *options, struct errors *errors)
{
	struct dialog *dialog = HEAP_NEW(struct dialog);
	*dialog = (struct dialog){ .request = request, .options = *options };
	dialog->loop = http_loop(request);
	dialog->frames = (struct frames){ .raw = options->tty, .begun = true };
	for (size_t i = 0; i < 2; i++) {
		int fd = i ? options->err : options->out, own = loop_open_unblocked(fd);
		dialog->outlets[i] =
			(struct outlet){ .dialog = dialog, .fd = own >= 0 ? own : fd, .own = own };
		buf_init(&dialog->outlets[i].pending, PENDING_MOST);
	}
	buf_init(&dialog->failure, 4096);
	if (options->detach && options->tty)
		dialog->detach = *options->detach;
	request->upgrade = "tcp";
	request->pauses = HTTP_EVER;
	request->head = dialog_on_head;
	request->data = dialog_on_data;
	request->room = dialog_on_room;
	request->done = dialog_on_done;
	request->arg = dialog;
	if (http_send(request, errors) == 0)
		return dialog;
	dialog->request = NULL;
	dialog_free(dialog);
	return NULL;
}
