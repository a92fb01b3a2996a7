/* Waits for a line of the container's output since its start that matches a regular expression. */
#include "engine/stream/logs.h"
#include "engine/probe/probe.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* The expression is the user's, the lines are anybody's: neither may hold us up. */
#define MATCH_MOST 100000
#define HEAP_MOST  2048 /* KiB */

struct log_probe {
	struct logs *logs;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	bool gave_up; /* on a line that took too long to match */
};

static void on_line(void *arg, bool standard_error, const char *text, size_t len)
{
	struct probe_try *try = arg;
	struct log_probe *own = try->own;
	(void)standard_error;
	while (len && text[len - 1] == '\r') /* a terminal's */
		len--;
	int result = pcre2_match(own->code, (PCRE2_SPTR)text, len, 0, 0, own->data, own->limits);
	if (result >= 0)
		probe_settle(try, true, "ready");
	else if (result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_HEAPLIMIT ||
		 result == PCRE2_ERROR_DEPTHLIMIT)
		own->gave_up = true;
}

static void on_end(void *arg, const char *failure)
{
	struct probe_try *try = arg;
	probe_settle(try, false, "%s", failure ? failure : "the output ended without a match");
}

/* Compiles the expression and follows the output from the start of the container on. */
static void probe_log_begin(struct probe_try *try)
{
	struct log_probe *own = try->own;
	const char *text = try->probe->log;
	int code;
	PCRE2_SIZE at;
	own->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, &code, &at, NULL);
	if (!own->code) {
		PCRE2_UCHAR words[120] = "";
		pcre2_get_error_message(code, words, sizeof words);
		try->hopeless = true;
		probe_settle(try, false, "/%s/: %s (at character %zu)", text, (const char *)words, at + 1);
		return;
	}
	own->data = pcre2_match_data_create_from_pattern(own->code, NULL);
	own->limits = pcre2_match_context_create(NULL);
	if (!own->data || !own->limits) {
		probe_settle(try, false, "out of memory");
		return;
	}
	pcre2_set_match_limit(own->limits, MATCH_MOST);
	pcre2_set_heap_limit(own->limits, HEAP_MOST);
	const struct logs_options options = {
		.follow = true,
		.since = *try->look->output_begin ? try->look->output_begin : NULL,
		.tty = try->look->tty,
	};
	const struct logs_listener listener = { .line = on_line, .end = on_end, .arg = try };
	struct errors errors;
	errors_init(&errors, try->arena);
	own->logs = logs_open(try->engine, try->look->id, &options, &listener, &errors);
	if (!own->logs)
		probe_settle(
			try, false, "%s", errors.first ? errors.first->message : "the output cannot be read");
}

static void log_late(struct probe_try *try)
{
	const struct log_probe *own = try->own;
	probe_settle(try, false, "no line of the output matched /%s/%s", try->probe->log,
		own->gave_up ? "; lines were given up: simplify the expression" : "");
}

static void probe_log_cancel(struct probe_try *try)
{
	struct log_probe *own = try->own;
	if (own->logs)
		logs_close(own->logs);
	pcre2_match_data_free(own->data);
	pcre2_match_context_free(own->limits);
	pcre2_code_free(own->code);
}

const struct prober prober_log = {
	.name = "log",
	.size = sizeof(struct log_probe),
	.growth = { 50 * PACE_MS, 1 },
	.lasting = true,
	.begin = probe_log_begin,
	.late = log_late,
	.cancel = probe_log_cancel,
};
