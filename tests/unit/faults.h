#ifndef SEALKIT_TESTS_FAULTS_H
#define SEALKIT_TESTS_FAULTS_H

/* Faults by the linker's --wrap: the armed call fails at its k-th use, all others go
   through. The Makefile names the calls for tests/unit/test_fault_*.c. */

enum fault {
	FAULT_MALLOC,
	FAULT_CALLOC,
	FAULT_MLOCK,
	FAULT_GETRANDOM,
	FAULT_WRITE,
	FAULT_FSYNC,
	FAULT_FDATASYNC,
	FAULT_LINKAT,
	FAULT_OPEN,
	FAULT_END
};

void fault_arm(enum fault fault, unsigned at);
/* Disarms; 1 where the fault was met. */
int fault_disarm(void);
const char *fault_name(enum fault fault);

/* Runs act with every use of every call failing in turn, until it passes unharmed.
   A run that met a fault must fail with an error; `after` (may be NULL) then looks whether anything
   is left half done. */
void fault_each(int (*act)(void), void (*after)(int error));

#endif
