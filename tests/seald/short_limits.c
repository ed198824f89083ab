/* Limits of build/tests/seald-short, so that tests reach them soon. */

#include "gate/gate.h"

struct seal_gate_limits seal_gate_limits_default(void)
{
	return (struct seal_gate_limits){.connections = 8,
					 .header_ms = 1000,
					 .body_ms = 1000,
					 .pace = (size_t)16 << 20,
					 .idle_ms = 1500,
					 .core_ms = 1000,
					 .drain_ms = 3000,
					 .body = (size_t)4 << 20,
					 .memory = (size_t)6 << 20,
					 .rate = 20,
					 .burst = 100};
}
