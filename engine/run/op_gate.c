/* The gate, a job. */
#include "engine/gate/gate.h"
#include "engine/run/op_row.h"

static const struct op_row rows[] = { { .op = OP_GATE, .job = &gate_job } };

const struct op_rows op_gate_rows = { rows, sizeof rows / sizeof *rows };
