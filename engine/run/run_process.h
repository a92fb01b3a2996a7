/* Processes of containers, where the engine runs on this machine. */
#ifndef ENGINE_RUN_PROCESS_H
#define ENGINE_RUN_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the main process of a container, by the number that the engine gives it, has ended although the
 * engine does not say so yet. False, too, when that cannot be known: the engine counts processes elsewhere
 * unless the one that looks after the container (containerd's shim has its id as an argument) is one of ours.
 */
bool run_process_ended(int64_t pid, const char *container);

#endif
