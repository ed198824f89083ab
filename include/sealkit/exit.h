#ifndef SEALKIT_EXIT_H
#define SEALKIT_EXIT_H

/* Exit codes, the same in all tools; each man page says what they mean there. */
#define SEALKIT_EXIT_DONE 0
#define SEALKIT_EXIT_NO \
	1 /* the answer is no: verification failed, not a quorum, damaged or old data */
#define SEALKIT_EXIT_USAGE 2
#define SEALKIT_EXIT_SYSTEM 3  /* system, input or output */
#define SEALKIT_EXIT_TOKEN 4   /* token absent, wrong or refused, or wrong PIN */
#define SEALKIT_EXIT_BLOCKED 5 /* token blocked */
#define SEALKIT_EXIT_DAEMON 6  /* daemon unreachable or refusing */
#define SEALKIT_EXIT_RESUME 7  /* stopped in mid-ceremony; a journal allows to go on */

#endif
