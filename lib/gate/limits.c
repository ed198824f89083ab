/* The limits, apart from the loop, so that tests can link a gate with others. */

#include "gate/gate.h"

#include "base/banned.h"

struct seal_gate_limits seal_gate_limits_default(void)
{
	return (struct seal_gate_limits){.connections = 1024,
					 .header_ms = 10000,
					 .body_ms = 60000,
					 .pace = 65536,
					 .idle_ms = 75000,
					 .core_ms = 60000,
					 .drain_ms = 5000,
					 .body = (size_t)32 << 20,
					 .memory = (size_t)256 << 20,
					 .rate = 20,
					 .burst = 100};
}
