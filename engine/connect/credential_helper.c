#include "engine/connect/credential_helper.h"

#include "base/heap.h"
#include "engine/loop/child.h"
#include "engine/loop/child_words.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MOST ((size_t)64 << 10)
#define WORDS_MOST  ((size_t)2 << 10)
#define TIMEOUT     INT64_C(120000000000) /* ns: it may ask the user for a passphrase */

/* When nobody waits any more it stays until the process has ended. */
struct credential_helper {
	struct credential_helper_call call;
	bool left;
	pid_t pid;
	struct loop_timer *timer;
	struct child_words answered, said; /* on its standard output and error */
	struct buf answer, words;
};

bool credential_helper_valid(const char *name)
{
	return *name && !strchr(name, '/');
}

static void helper_free(struct credential_helper *helper)
{
	loop_cancel(helper->call.loop, helper->timer);
	child_words_close(&helper->answered);
	child_words_close(&helper->said);
	buf_finish(&helper->words);
	buf_finish(&helper->answer);
	free(helper);
}

/* What it has started may hold its output open: nobody waits for that. */
static void helper_ended(void *arg, int status)
{
	struct credential_helper *helper = arg;
	child_words_close(&helper->answered);
	child_words_close(&helper->said);
	if (!helper->left)
		helper->call.done(
			helper->call.arg, &(struct credential_helper_result){
						  .ok = WIFEXITED(status) && WEXITSTATUS(status) == 0,
						  .answer = buf_text(&helper->answer),
						  .len = helper->answer.len,
						  .words = buf_text(&helper->words) });
	helper_free(helper);
}

static void helper_late(void *arg)
{
	struct credential_helper *helper = arg;
	helper->timer = NULL;
	kill(helper->pid, SIGKILL);
}

static int helper_run(struct credential_helper *helper, int in, struct errors *errors)
{
	const struct credential_helper_call *call = &helper->call;
	const char *argv[] = { arena_printf(call->arena, "docker-credential-%s", call->name), call->verb,
		NULL };
	int out = child_words_open(&helper->answered, call->loop, &helper->answer);
	int err = child_words_open(&helper->said, call->loop, &helper->words);
	const struct child child = { .argv = argv, .in = in, .out = out, .err = err };
	int result = out >= 0 && err >= 0 ? child_start(&child, &helper->pid, errors) : -1;
	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	return result;
}

struct credential_helper *credential_helper_start(
	const struct credential_helper_call *call, struct errors *errors)
{
	int in[2];
	size_t len = strlen(call->input); /* below what an empty pipe takes at once */
	if (len > CREDENTIAL_HELPER_MOST || pipe2(in, O_CLOEXEC) != 0) {
		error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "docker-credential-%s cannot be asked", call->name);
		return NULL;
	}
	bool written = write(in[1], call->input, len) == (ssize_t)len;
	struct credential_helper *helper = HEAP_NEW(struct credential_helper);
	*helper = (struct credential_helper){ .call = *call };
	buf_init(&helper->answer, ANSWER_MOST);
	buf_init(&helper->words, WORDS_MOST);
	int result = written ? helper_run(helper, in[0], errors) : -1;
	close(in[0]);
	close(in[1]);
	if (result != 0) {
		helper_free(helper);
		return NULL;
	}
	helper->timer = loop_after(call->loop, TIMEOUT, helper_late, helper);
	loop_child(call->loop, helper->pid, helper_ended, helper);
	return helper;
}

void credential_helper_leave(struct credential_helper *helper)
{
	helper->left = true;
	kill(helper->pid, SIGTERM);
}
