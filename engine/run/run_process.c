#include "engine/run/run_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Reads the beginning of /proc/PID/NAME; returns the bytes read, 0 when there is none. */
static size_t read_proc(const char *pid, const char *name, char *to, size_t room)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%.20s/%s", pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, to, room);
	if (fd >= 0)
		close(fd);
	return len > 0 ? (size_t)len : 0;
}

/* PID (NAME) STATE …, where the name may hold anything: proc(5). */
static bool runs_here(const char *pid)
{
	char stat[512];
	size_t len = read_proc(pid, "stat", stat, sizeof stat);
	const char *end = len ? memrchr(stat, ')', len) : NULL;
	return end && end + 2 < stat + len && !strchr("ZXx", end[2]);
}

static bool is_looked_after_here(const char *container)
{
	DIR *all = opendir("/proc");
	bool found = false;
	for (struct dirent *entry; all && !found && (entry = readdir(all));) {
		char words[1024];
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		size_t len = read_proc(entry->d_name, "cmdline", words, sizeof words);
		found = memmem(words, len, container, strlen(container)) != NULL;
	}
	if (all)
		closedir(all);
	return found;
}

bool run_process_ended(int64_t pid, const char *container)
{
	char number[24];
	snprintf(number, sizeof number, "%lld", (long long)pid);
	return pid > 0 && *container && !runs_here(number) && is_looked_after_here(container);
}
