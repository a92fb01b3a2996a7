/* What libyaml minds, as a finding with the right place and a hint. */
#ifndef COMPOSE_YAML_PROBLEM_H
#define COMPOSE_YAML_PROBLEM_H

#include "base/error.h"

struct yaml_parser_s;

/* Adds the parser's problem as a finding; `text` is what it was reading. Returns -1. */
int yaml_problem(const struct yaml_parser_s *parser, const char *file, const char *text, size_t len,
	struct arena *arena, struct errors *errors);

#endif
