/* An ssh-agent of our own for keys that lie in files: ssh's programs read and hold them. It ends with us,
 * however we end. */
#ifndef ENGINE_KEY_AGENT_H
#define ENGINE_KEY_AGENT_H

#include "base/error.h"
#include "base/map.h"
#include "base/text/texts.h"
#include "engine/loop/loop.h"

struct key_agent;

/* Starts an agent and gives it the keys of these files, which have to be without passphrases: nobody is
 * asked. Its socket lies where the environment's TMPDIR says (socket_dir). `told(arg, socket)` is called
 * once, from the loop: NULL: it has no agent, which has left a finding. Paths, and the arena in which it
 * lives, outlive the loop. Returns NULL with a finding. */
struct key_agent *key_agent_start(struct arena *arena, struct loop *loop, const struct map *os_env,
	const struct texts *paths, void (*told)(void *arg, const char *socket), void *arg,
	struct errors *errors);

/* Ends it. NULL allowed. */
void key_agent_end(struct key_agent *agent);

#endif
