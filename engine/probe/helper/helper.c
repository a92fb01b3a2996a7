/* Probes a port from within a container's network namespace; the only file of the image docker flow imports.
 *
 *   probe tcp        ADDRESS PORT PATIENCE_MS INTERVAL_MS [ANSWER]
 *   probe postgresql ADDRESS PORT PATIENCE_MS INTERVAL_MS [USER [DBNAME]]
 *   probe http       ADDRESS PORT PATIENCE_MS INTERVAL_MS STATUS
 *
 * It tries at short growing intervals until the service is ready (exit 0) or the patience is over (exit 1;
 * the last reason is printed). tcp connects, sends what FLOW_REQUEST holds, and waits for an answer that
 * begins with ANSWER, each when it is given: enough for any kind whose conversation is one line each way.
 * http sends FLOW_REQUEST and prints the answer it accepts, since only docker flow judges the body. The
 * environment, not argv, carries the request: it may hold a token. */
#include "engine/probe/probe_wire.h"
#include "engine/probe/helper/sys.h"

#define ANSWER_MOST (1 << 20)

/* gcc emits calls of these four even without a C library. */
void *memcpy(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *text);
void *memchr(const void *bytes, int byte, size_t len);
void __attribute__((noreturn, used)) helper_start(long *stack);

void *memcpy(void *to, const void *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((volatile char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *memset(void *to, int byte, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((volatile char *)to)[i] = (char)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((const unsigned char *)a)[i] != ((const unsigned char *)b)[i])
			return ((const unsigned char *)a)[i] - ((const unsigned char *)b)[i];
	return 0;
}

size_t strlen(const char *text)
{
	size_t len = 0;
	while (((const volatile char *)text)[len])
		len++;
	return len;
}

void *memchr(const void *bytes, int byte, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((const unsigned char *)bytes)[i] == (unsigned char)byte)
			return (char *)bytes + i;
	return NULL;
}

/* Entry of the program: the kernel puts argc, argv and the environment on the stack. */
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall helper_start\n");
#else
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n\tbl helper_start\n");
#endif

static char answer[ANSWER_MOST]; /* zero pages until used */

struct job {
	const char *kind, *user, *dbname, *status, *answer, *request;
	struct sockaddr_in peer;
	int64_t end, interval; /* ms */
	const char *why;
	char words[200];
};

static void say(const char *bytes, size_t len)
{
	while (len) {
		long n = sys_call(SYS_write, 1, (long)bytes, (long)len, 0, 0);
		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

static int64_t left(const struct job *job)
{
	int64_t now = sys_now();
	return job->end > now ? job->end - now : 0;
}

/* Connects within the patience; returns a descriptor or -1 with `why`. */
static int dial(struct job *job)
{
	int fd = (int)sys_call(SYS_socket, SYS_AF_INET, SYS_STREAM_NONBLOCK, 0, 0, 0);
	if (fd < 0) {
		job->why = "no socket";
		return -1;
	}
	long result = sys_call(SYS_connect, fd, (long)&job->peer, sizeof job->peer, 0, 0);
	if (result == -SYS_EINPROGRESS) {
		int error = 0;
		unsigned size = sizeof error;
		if (!sys_poll(fd, POLLOUT, left(job)))
			result = -SYS_ETIMEDOUT;
		else if (sys_call(SYS_getsockopt, fd, SYS_SOL_SOCKET, SYS_SO_ERROR, (long)&error,
				 (long)&size) < 0)
			result = -SYS_EIO;
		else
			result = -error;
	}
	if (result == 0)
		return fd;
	job->why = result == -SYS_ECONNREFUSED   ? "connection refused"
		   : result == -SYS_ETIMEDOUT    ? "no connection in time"
		   : result == -SYS_EHOSTUNREACH ? "no route to host"
						 : "no connection";
	sys_call(SYS_close, fd, 0, 0, 0, 0);
	return -1;
}

static bool send_all(int fd, const char *bytes, size_t len)
{
	/* What we send is small: it fits the socket's buffer. */
	return sys_call(SYS_sendto, fd, (long)bytes, (long)len, SYS_NOSIGNAL, 0) == (long)len;
}

/* Reads more of the answer; returns the bytes, 0 at the end, -1 when time is over or it failed. */
static long receive(struct job *job, int fd, size_t used)
{
	if (used == sizeof answer)
		return 0;
	if (!sys_poll(fd, POLLIN, left(job))) {
		job->why = "no answer in time";
		return -1;
	}
	long n = sys_call(SYS_read, fd, (long)(answer + used), (long)(sizeof answer - used), 0, 0);
	if (n <= 0)
		job->why =
			n == 0 ? "the connection was closed without an answer" : "the connection was reset";
	return n;
}

/* One conversation: start-up, a query where the server wants one, and what it says to that. */
static bool try_postgresql(struct job *job, int fd)
{
	struct wire_pg pg = { .named = job->dbname != NULL };
	char message[1024];
	size_t len = wire_pg_startup(message, sizeof message, job->user, job->dbname), used = 0;
	if (!len || !send_all(fd, message, len))
		return false;
	for (;;) {
		long n = receive(job, fd, used);
		if (n <= 0)
			return false;
		used += (size_t)n;
		size_t eaten;
		enum wire wire = wire_pg_judge(&pg, answer, used, &eaten);
		if (wire == WIRE_SEND) {
			send_all(fd, message, wire_pg_query(message, sizeof message));
			wire = WIRE_MORE;
		}
		used -= eaten;
		for (size_t i = 0; i < used; i++)
			answer[i] = answer[eaten + i];
		if (wire == WIRE_PASS && pg.queried)
			send_all(fd, message, wire_pg_terminate(message, sizeof message));
		memcpy(job->words, pg.why, sizeof pg.why);
		job->why = job->words;
		if (wire != WIRE_MORE)
			return wire == WIRE_PASS;
	}
}

static bool try_tcp(struct job *job, int fd)
{
	size_t used = 0, wanted = job->answer ? strlen(job->answer) : 0;
	if (job->request && !send_all(fd, job->request, strlen(job->request)))
		return false;
	while (used < wanted) {
		long n = receive(job, fd, used);
		if (n <= 0)
			return false;
		used += (size_t)n;
	}
	if (wanted && memcmp(answer, job->answer, wanted) != 0) {
		job->why = "another answer than expected";
		return false;
	}
	return true; /* connected within the namespace: nothing stands between */
}

/* Appends; returns the end. */
static char *put(char *to, const char *bytes, size_t len)
{
	memcpy(to, bytes, len);
	return to + len;
}

/* One request. Its status is judged here; an answer that may pass is printed, so that its body can be. */
static bool try_http(struct job *job, int fd)
{
	size_t used = 0;
	long n;
	if (!send_all(fd, job->request, strlen(job->request)))
		return false;
	while ((n = receive(job, fd, used)) > 0)
		used += (size_t)n;
	size_t interim = wire_http_interim(answer, used);
	const char *last = answer + interim;
	int status = wire_http_status(last, used - interim);
	if (status == 0)
		return false;
	if (status < 0) {
		job->why = "the answer is not HTTP";
		return false;
	}
	/* "status 200, not 204" */
	char *to = put(job->words, "status ", sizeof "status " - 1);
	to = put(to, last + 9, 3);
	to = put(to, ", not ", sizeof ", not " - 1);
	size_t len = strlen(job->status), most = (size_t)(job->words + sizeof job->words - 1 - to);
	*put(to, job->status, len < most ? len : most) = '\0';
	job->why = job->words;
	if (!wire_status_in(job->status, status))
		return false;
	say(answer, used);
	return true;
}

static bool try_once(struct job *job)
{
	int fd = dial(job);
	if (fd < 0)
		return false;
	bool ready = job->kind[0] == 'p'   ? try_postgresql(job, fd)
		     : job->kind[0] == 'h' ? try_http(job, fd)
					   : try_tcp(job, fd);
	sys_call(SYS_close, fd, 0, 0, 0, 0);
	return ready;
}

static int64_t number(const char *text)
{
	int64_t value = 0;
	for (; *text >= '0' && *text <= '9' && value < 100000000; text++)
		value = value * 10 + (*text - '0');
	return value;
}

static uint32_t address(const char *text)
{
	unsigned char parts[4] = { 0 };
	for (int i = 0; i < 4; i++) {
		parts[i] = (unsigned char)number(text);
		while (*text && *text != '.')
			text++;
		if (*text)
			text++;
	}
	uint32_t value;
	memcpy(&value, parts, 4);
	return value;
}

static const char *variable(char **env, const char *name)
{
	size_t len = strlen(name);
	for (; *env; env++)
		if (memcmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

/* The program: reads its orders from the arguments, then tries. */
static int run(long argc, char **argv, char **env)
{
	if (argc < 6)
		return 2;
	unsigned port = (unsigned)number(argv[3]);
	struct job job = {
		.kind = argv[1],
		.peer = { .sin_family = SYS_AF_INET, .sin_port = (uint16_t)(port << 8 | port >> 8) },
		.end = sys_now() + number(argv[4]),
		.interval = number(argv[5]),
		.status = argv[6],
		.user = argv[6],
		.answer = argv[6],
		.dbname = argc > 7 ? argv[7] : NULL,
		.request = variable(env, "FLOW_REQUEST"),
		.why = "no answer",
	};
	job.peer.sin_addr.s_addr = address(argv[2]);
	if (job.kind[0] == 'h' && !job.request)
		return 2;
	int64_t pause = 10;
	while (!try_once(&job)) {
		if (left(&job) <= pause) {
			say(job.why, strlen(job.why));
			return 1;
		}
		sys_poll(-1, 0, pause);
		pause += pause / 8;
		if (pause > job.interval)
			pause = job.interval;
	}
	return 0;
}

void helper_start(long *stack)
{
	long argc = stack[0];
	char **argv = (char **)(stack + 1);
	sys_exit(run(argc, argv, argv + argc + 1));
}
