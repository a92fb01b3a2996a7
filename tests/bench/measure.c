/* Times commands in turn (A B C A B C …) and prints a row each: name, median, least and most wall time in
 * milliseconds, peak RSS in KiB, status.
 *
 *   measure [-n RUNS] [-s SETUP] [-b BETWEEN] NAME COMMAND [NAME COMMAND]…
 *
 * A COMMAND is split at blanks and executed directly, so that no shell is timed. SETUP is shell text run,
 * untimed, before every timed run with the command's NAME as $1; BETWEEN likewise after it. Output of the
 * commands goes to /dev/null; a status that is not 0 is shown in the row. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MOST = 200, SUBJECTS_MOST = 8, WORDS_MOST = 64 };

struct subject {
	const char *name;
	char *words[WORDS_MOST + 1];
	double wall[RUNS_MOST];
	long rss;
	int status;
};

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void split(struct subject *subject, char *command)
{
	size_t count = 0;
	for (char *word; (word = strsep(&command, " "));)
		if (*word && count < WORDS_MOST)
			subject->words[count++] = word;
	if (!count) {
		fputs("measure: an empty command\n", stderr);
		exit(2);
	}
}

static pid_t spawn(char *const *words)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	int null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	if (!getenv("MEASURE_SHOW"))
		dup2(null, 2);
	execvp(words[0], words);
	_exit(127);
}

static void time_once(struct subject *subject, int run)
{
	struct rusage usage;
	int status;
	double begin = now_ms();
	pid_t pid = spawn(subject->words);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("measure");
		exit(1);
	}
	subject->wall[run] = now_ms() - begin;
	if (usage.ru_maxrss > subject->rss)
		subject->rss = usage.ru_maxrss;
	if (status)
		subject->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void aside(const char *text, const char *name)
{
	if (!text)
		return;
	char *words[] = { "/bin/bash", "-c", (char *)text, "measure", (char *)name, NULL };
	int status;
	pid_t pid = spawn(words);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status) {
		fprintf(stderr, "measure: setup of %s failed: %s\n", name, text);
		exit(1);
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	const char *setup = NULL, *between = NULL;
	int runs = 5;
	for (int option; (option = getopt(argc, argv, "n:s:b:")) != -1;) {
		if (option == 'n')
			runs = (int)strtol(optarg, NULL, 10);
		else if (option == 's')
			setup = optarg;
		else if (option == 'b')
			between = optarg;
		else
			return 2;
	}
	size_t count = (size_t)(argc - optind) / 2;
	if (runs < 1 || runs > RUNS_MOST || count < 1 || count > SUBJECTS_MOST) {
		fputs("measure: see the head of its source\n", stderr);
		return 2;
	}
	static struct subject subjects[SUBJECTS_MOST];
	for (size_t i = 0; i < count; i++) {
		subjects[i].name = argv[optind + 2 * (int)i];
		split(&subjects[i], argv[optind + 2 * (int)i + 1]);
	}
	for (int run = 0; run < runs; run++)
		for (size_t i = 0; i < count; i++) {
			aside(setup, subjects[i].name);
			time_once(&subjects[i], run);
			aside(between, subjects[i].name);
		}
	for (size_t i = 0; i < count; i++) {
		struct subject *s = &subjects[i];
		qsort(s->wall, (size_t)runs, sizeof *s->wall, by_size);
		printf("%s\t%.2f\t%.2f\t%.2f\t%ld\t%d\n", s->name, s->wall[runs / 2], s->wall[0],
			s->wall[runs - 1], s->rss, s->status);
	}
	return 0;
}
