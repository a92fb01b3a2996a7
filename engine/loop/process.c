#include "engine/loop/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads the begin of a file of /proc as text; "" when there is none. */
static void read_text(const char *path, char *to, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, to, room - 1);
	if (fd >= 0)
		close(fd);
	to[len > 0 ? len : 0] = '\0';
	to[strcspn(to, "\n")] = '\0';
}

/* Time of its start in ticks since the boot: field 22 of /proc/PID/stat, the name is the 2nd (proc(5)).
 * 0: there is no such process, or only what its parent has not taken note of. */
static unsigned long long started(long pid)
{
	char path[40], text[1024];
	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	read_text(path, text, sizeof text);
	const char *at = strrchr(text, ')');
	if (!at || at[1] != ' ' || strchr("ZXx", at[2]))
		return 0;
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

/* Boot and process namespace: "BOOT:NAMESPACE"; the boot alone is its first 36 bytes. */
static bool machine(char *to, size_t room)
{
	char boot[64], namespace[64];
	read_text("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
	ssize_t len = readlink("/proc/self/ns/pid", namespace, sizeof namespace - 1);
	namespace[len > 0 ? len : 0] = '\0';
	const char *number = namespace + strcspn(namespace, "0123456789");
	snprintf(to, room, "%s:%.*s", boot, (int)strspn(number, "0123456789"), number);
	return *boot && *number;
}

void process_name(char name[PROCESS_NAME])
{
	char where[PROCESS_NAME - 48];
	unsigned long long start = started(getpid());
	name[0] = '\0';
	if (start && machine(where, sizeof where))
		snprintf(name, PROCESS_NAME, "%s:%ld:%llu", where, (long)getpid(), start);
}

bool process_gone(const char *name, bool ours)
{
	char where[PROCESS_NAME - 48];
	if (!machine(where, sizeof where))
		return false;
	size_t len = strlen(where), boot = strcspn(where, ":");
	if (strncmp(name, where, boot) != 0 && strlen(name) > boot && name[boot] == ':')
		return ours;
	long pid;
	unsigned long long start;
	if (strncmp(name, where, len) != 0 || sscanf(name + len, ":%ld:%llu", &pid, &start) != 2 || pid <= 0)
		return false;
	return started(pid) != start;
}

void process_machine(char name[PROCESS_MACHINE])
{
	read_text("/etc/machine-id", name, PROCESS_MACHINE);
	if (!*name)
		read_text("/var/lib/dbus/machine-id", name, PROCESS_MACHINE);
	if (!*name && gethostname(name, PROCESS_MACHINE - 1) != 0)
		*name = '\0';
	name[PROCESS_MACHINE - 1] = '\0';
}
