#ifndef SEALKIT_TESTS_DISK_FAULTS_H
#define SEALKIT_TESTS_DISK_FAULTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "faults.h"
#include "kill_layer.h"

/* Every write, sync and truncation of the store fails in turn. Where one may fail and the act
   be done nevertheless (what is only tidied up behind it), bearable is 1. */
static inline void disk_each(int (*act)(void), void (*after)(int error), int bearable)
{
	unsigned at = 1;

	spare_life = 1;
	for (int hit = 1; hit; at++) {
		int error;

		kill_in = at;
		error = act();
		hit = kill_in == 0;
		kill_in = 0;
		if (hit && error >= 0 && !bearable)
			fail_msg("write %u failed, and nothing was said", at);
		if (!hit && error)
			fail_msg("without a fault: error %d", error);
		after(error);
		assert_true(at < 500);
	}
	assert_true(at > 2);
}

#endif
