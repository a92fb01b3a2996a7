/* What the plain screen says under the name docker-compose: scripts read docker compose's lines. */
#ifndef CMD_SHOW_COMPOSE_H
#define CMD_SHOW_COMPOSE_H

#include "graph/plan/event.h"

/* Whether docker compose 2.40 has no line for what the event of a step tells: a network that is made again is
 * only "Removed", and its containers leave and join it without a word. */
bool show_compose_unsaid(const struct event *event);

/* The word for the event of a step: of one that waits "Healthy" or "Exited", else as show_word; NULL: none.
 */
const char *show_compose_word(const struct event *event);

/* Whether a note says that nothing is done for a service ("service web: Skipped - …"). Then `ret_service` is
 * where its name begins in the text, and `ret_why` where "Skipped - …" does, two characters behind its end.
 */
bool show_compose_skipped(const char *text, const char **ret_service, const char **ret_why);

/* Name `i`, from 0, of the containers that the event's step waits for; NULL: it waits for none, or no more.
 */
const char *show_compose_waited(const struct event *event, size_t i);

#endif
