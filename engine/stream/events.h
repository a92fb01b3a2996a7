/* The engine's event stream: what ended, became healthy or started, told when it happens. */
#ifndef ENGINE_EVENTS_H
#define ENGINE_EVENTS_H

#include "engine/connect/engine.h"
#include "graph/plan/observed.h"

struct cJSON; /* cjson/cJSON.h */

enum engine_action {
	ENGINE_CREATE,
	ENGINE_START,
	ENGINE_KILL,
	ENGINE_DIE,
	ENGINE_STOP, /* after ENGINE_DIE, when a stop was asked for */
	ENGINE_HEALTH,
	ENGINE_DESTROY,
	ENGINE_OTHER
};

struct engine_event {
	enum engine_action action;
	const char *word;                          /* as the engine says it */
	const char *id, *name, *project, *service; /* of the container; borrowed for the call */
	int64_t number;                            /* container-number label, 0 without */
	bool oneoff;        /* a container of `run` or of a hook (labels oneoff, hook) */
	bool stranger;      /* made by others, it has the labels of an image of the project: see observe.c */
	int64_t exit_code;  /* ENGINE_DIE */
	enum health health; /* ENGINE_HEALTH */
	int64_t time;       /* Unix ns */
	const struct cJSON *attributes; /* all that the engine says of it: name → text */
};

/* Which events are wanted: those of containers of these compose projects. */
struct events_query {
	const char *const *projects;
	size_t nprojects;
	const char *since, *until; /* as the API takes them; NULL: from now on, for ever */
	bool all;                  /* those of commands within containers (exec), too */
};

struct events;

struct events_listener {
	/* The engine has accepted: nothing that happens from then on is missed; may be NULL. */
	void (*open)(void *arg);
	void (*event)(void *arg, const struct engine_event *event);
	/* The stream was interrupted and is there again: what happened meanwhile may have been missed. `why`
	 * is NULL when nothing had come for a while, so that it was opened again to be sure; may be NULL. */
	void (*again)(void *arg, const char *why);
	/* The stream is lost for good; `why` is NULL when it has come to its end (`until`). */
	void (*lost)(void *arg, const char *why);
	void *arg;
};

/* Subscribes to events. A lost stream is opened again from the last
 * event's time, and so is one that has been silent for long, since nobody can tell it from one that is lost.
 * Returns NULL with a finding when it cannot be asked for. */
struct events *events_open(struct engine *engine, const struct events_query *query,
	const struct events_listener *listener, struct errors *errors);

/* Ends the subscription and frees it. NULL allowed; safe from within the callbacks. */
void events_close(struct events *events);

#endif
