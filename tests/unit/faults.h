#ifndef SEALKIT_TESTS_FAULTS_H
#define SEALKIT_TESTS_FAULTS_H

/* Faults by the linker's --wrap: the armed call fails at its k-th use, all others go
   through. The Makefile names the calls for tests/unit/test_fault_*.c. */

enum fault {
	FAULT_MALLOC,
	FAULT_CALLOC,
	FAULT_REALLOC,
	FAULT_STRDUP,
	FAULT_STRNDUP,
	FAULT_ASPRINTF,
	FAULT_MLOCK,
	FAULT_GETRANDOM,
	FAULT_WRITE,
	FAULT_FSYNC,
	FAULT_FDATASYNC,
	FAULT_LINKAT,
	FAULT_OPEN,
	FAULT_CURL, /* what a test plays for libcurl: fault_here */
	FAULT_END
};

void fault_arm(enum fault fault, unsigned at);
/* Disarms; 1 where the fault was met. */
int fault_disarm(void);
/* 1: this use is to fail. For calls that a test plays itself. */
int fault_here(enum fault fault);
/* While 1, nothing fails or is counted: what a test does beside. */
void fault_hold(int on);
const char *fault_name(enum fault fault);

/* Runs act with every use of every call failing in turn, until it passes unharmed.
   A run that met a fault must fail with an error; `after` (may be NULL) then looks whether anything
   is left half done. */
void fault_each(int (*act)(void), void (*after)(int error));

#endif
