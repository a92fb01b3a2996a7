#include "engine/drive/once.h"
#include "base/text/text.h"
#include "engine/loop/process.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>

#define SLUG_BYTES 32

#define GRACE        INT64_C(10000000000) /* ns; the engine's own (Engine API: StopTimeout) */
#define LISTED_TRIES 50
#define LISTED_PAUSE INT64_C(20000000)   /* ns */
#define TWINS        INT64_C(1000000000) /* ns in which the docker CLI tells us of a signal that we got, too */

static int make_slug(struct drive *drive, const char **ret_slug)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[SLUG_BYTES];
	char *slug = arena_alloc(drive->arena, 2 * SLUG_BYTES + 1);
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return error_add(
			drive->errors, ERROR_SYSTEM, NULL, NULL, "no random numbers: %s", strerror(errno));
	for (size_t i = 0; i < SLUG_BYTES; i++) {
		slug[2 * i] = digits[bytes[i] >> 4];
		slug[2 * i + 1] = digits[bytes[i] & 15];
	}
	*ret_slug = slug;
	return 0;
}

/* The screen */

/* What the process prints is not mixed with a screen: that has ended when the process begins. Of the
 * one-off itself there is nothing to tell that its output does not. */
static void muted_on(struct sink *sink, const struct event *event)
{
	struct once *once = (struct once *)((char *)sink - offsetof(struct once, muted));
	const struct step *step = event->step;
	bool own = step && step->name && strcmp(step_shown_name(step), once->oneoff.name) == 0 &&
		   event->state != STEP_FAILED;
	if (!once->begun && !own)
		event_send(once->screen, event);
}

static void muted_tick(struct sink *sink)
{
	struct once *once = (struct once *)((char *)sink - offsetof(struct once, muted));
	if (!once->begun && once->screen->tick)
		once->screen->tick(once->screen);
}

static void end_screen(struct once *once, bool ok)
{
	if (once->begun)
		return;
	once->begun = true;
	once->screen->interrupted = once->up.drive.interrupted != 0;
	event_end(once->screen, ok);
}

/* The container */

static void once_ended(void *arg, const struct console_end *end)
{
	struct once *once = arg;
	struct drive *drive = &once->up.drive;
	once->over = true;
	once->broken = end->broken;
	once->left = end->detached;
	if (end->failure)
		error_add(drive->errors, ERROR_ENGINE, NULL, NULL, "container %s: %s", once->oneoff.name,
			end->failure);
	once->has_status = !end->failure && !end->detached && !end->broken;
	once->status = container_exit_status(end->status);
	if (once->killed && once->status == 128 + SIGKILL)
		once->status = 128 + once->ended_by;
}

/* Its end by a signal */

static const char *signal_words(int number)
{
	const char *words = sigabbrev_np(number);
	return words ? words : "";
}

static void once_pass(struct once *once, int number)
{
	char name[16];
	snprintf(name, sizeof name, "SIG%s", signal_words(number));
	console_signal(once->attached, name);
}

static void once_tell(struct once *once, const char *text)
{
	if (once->tell)
		once->tell(once->arg, text);
}

static void once_kill(struct once *once)
{
	loop_cancel(once->up.drive.engine->loop, once->timer);
	once->timer = NULL;
	once->killed = true;
	once_pass(once, SIGKILL);
	console_hurry(once->attached);
}

static void grace_over(void *arg)
{
	struct once *once = arg;
	once->timer = NULL;
	once_tell(once, arena_printf(once->up.drive.arena, "%s has not ended: killed", once->oneoff.name));
	once_kill(once);
}

/* The first signal that is to end it. */
static void once_end(struct once *once, int number)
{
	struct drive *drive = &once->up.drive;
	once->ended_by = number;
	once->signalled = loop_now();
	once_pass(once, number);
	once->timer = once->grace < 0 ? NULL : loop_after(drive->engine->loop, once->grace, grace_over, once);
	const char *has = once->grace < 0
				  ? "as long as it likes"
				  : arena_printf(drive->arena, "%" PRId64 " s", once->grace / 1000000000);
	once_tell(once,
		arena_printf(drive->arena, "%s passed on to %s, which has %s to end; once more kills it",
			signal_words(number), once->oneoff.name, has));
}

void once_signal(struct once *once, int number)
{
	bool ends = number == SIGTERM || (number == SIGINT && !once->ends.tty);
	bool twin = once->ended_by && number != once->ended_by && loop_now() - once->signalled < TWINS;
	if (once->over)
		return;
	if (!ends) {
		once_pass(once, number);
	} else if (!once->ended_by) {
		once_end(once, number);
	} else if (twin) { /* the CLI has told of SIGTERM as if it were SIGINT */
		once_pass(once, number);
		once->ended_by = SIGTERM;
	} else if (!once->killed) {
		once_kill(once);
	} else {
		once->over = once->has_status = true;
		once->status = 128 + once->ended_by;
		once_tell(once,
			arena_printf(once->up.drive.arena, "%s is left to the engine", once->oneoff.name));
	}
}

/* Attaches and waits, before the start; whether it may start. */
static bool once_before_start(void *arg, struct step *step, const char *id)
{
	struct once *once = arg;
	if (!step->target || step->target->create.oneoff != &once->oneoff)
		return true;
	if (once->detached) {
		once->id = arena_strdup(once->up.drive.arena, id);
		return true;
	}
	if (!once->attached) {
		once->id = arena_strdup(once->up.drive.arena, id);
		once->console.id = once->id;
		once->console.joined = true;
		once->console.until = once->oneoff.auto_remove ? "removed" : "next-exit";
		once->attached =
			console_open(once->up.drive.engine, &once->console, &once->ends, once_ended, once);
	}
	if (!console_is_ready(once->attached))
		return false;
	end_screen(once, true);
	if (once->begins)
		once->begins(once->arg);
	return true;
}

int once_init(struct once *once, const struct service *service)
{
	struct drive *drive = &once->up.drive;
	struct arena *arena = drive->arena;
	char owner[PROCESS_NAME];
	struct map *scale = map_create(arena);
	int64_t *one = ARENA_NEW(arena, int64_t);
	if (make_slug(drive, &once->oneoff.slug) < 0)
		return -1;
	once->oneoff.service = service->key;
	once->oneoff.name =
		once->name ? once->name
			   : arena_printf(arena, "%s%s%s%srun%s%.12s", service->project->name,
				     service->project->separator, service->key, service->project->separator,
				     service->project->separator, once->oneoff.slug);
	process_name(owner);
	if (once->oneoff.auto_remove && *owner)
		once->oneoff.owner = arena_strdup(arena, owner);
	*one = 1;
	map_set(scale, service->key, one);
	once->up.how.scale = once->up.images.scale = scale;
	once->up.how.once = &once->oneoff;
	once->grace = service->stop_grace_period.set ? service->stop_grace_period.value : GRACE;
	drive_up_init(&once->up);
	drive->before_start = once_before_start;
	return 0;
}

/* What a shell would say of a process that could not be run. Other refusals have the same words about other
 * things, a mount say; those of the process name it. (docker/cli, container run; runc, "exec: \"NAME\": …")
 */
static int status_of_refusal(const char *words)
{
	static const struct {
		const char *words;
		int status;
	} rows[] = { { "executable file not found", 127 }, { "no such file or directory", 127 },
		{ "permission denied", 126 }, { "is a directory", 126 } };
	const char *process = words ? strstr(words, "exec: \"") : NULL;
	for (size_t i = 0; process && i < sizeof rows / sizeof *rows; i++)
		if (strcasestr(process, rows[i].words))
			return rows[i].status;
	return 0;
}

/* What the engine says of the end of a container that it could not start is no status of a process. */
static void take_refusal(struct once *once)
{
	const struct plan *plan = once->up.drive.plan;
	for (size_t i = 0; plan && i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		bool own = op_traits[step->op].starts && step->target &&
			   step->target->create.oneoff == &once->oneoff;
		if (!own || step->state != STEP_FAILED)
			continue;
		once->status = status_of_refusal(step->failure);
		once->has_status = once->status != 0;
	}
}

int once_run(struct once *once)
{
	struct drive *drive = &once->up.drive;
	once->screen = drive->sink;
	once->muted = (struct sink){ .on = muted_on,
		.tick = muted_tick,
		.wants_tick = once->screen->wants_tick,
		.title = once->screen->title };
	drive->sink = &once->muted;
	int result = drive_run(drive);
	end_screen(once, result == 0 || drive->interrupted);
	if (result < 0)
		take_refusal(once);
	else if (once->attached)
		console_started(once->attached);
	else if (!once->detached && !drive->interrupted) /* nothing would ever end the wait */
		return error_add(
			drive->errors, ERROR_SYSTEM, NULL, NULL, "no container has been made for the run");
	return result;
}

static bool is_listed_as_running(const struct once *once)
{
	const struct drive *drive = &once->up.drive;
	struct errors unheard;
	errors_init(&unheard, drive->scratch);
	const struct observed *seen = drive_containers(drive, &unheard);
	for (size_t i = 0; seen && i < seen->ncontainers; i++)
		if (text_is(seen->containers[i]->id, once->id))
			return container_state_runs(seen->containers[i]->state);
	return false;
}

/* The engine tells of an end before it lists it: who looks at it after us is to see what we have said. */
static void await_listed(const struct once *once)
{
	for (int tries = 0; tries < LISTED_TRIES && is_listed_as_running(once); tries++)
		loop_pause(once->up.drive.engine->loop, LISTED_PAUSE);
}

int once_wait(struct once *once)
{
	struct drive *drive = &once->up.drive;
	while (!once->over)
		loop_turn(drive->engine->loop, -1);
	if (once->attached && once->has_status && !once->killed && !once->oneoff.auto_remove)
		await_listed(once);
	return drive->errors->count ? -1 : 0;
}

void once_close(struct once *once)
{
	loop_cancel(once->up.drive.engine->loop, once->timer);
	once->timer = NULL;
	console_close(once->attached);
	once->attached = NULL;
}
