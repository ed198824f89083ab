#ifndef SEALKIT_BASE_ERROR_H
#define SEALKIT_BASE_ERROR_H

/* Error codes and the two attributes that every module uses.
   A fallible call returns 0 or a negative SEAL_E_*; ignoring it does not compile. */

#define SEAL_MUST_CHECK __attribute__((warn_unused_result))
#define SEAL_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define SEAL_CLEANUP(fn) __attribute__((cleanup(fn)))
#define SEAL_UNUSED __attribute__((unused))

/* Hands an owned pointer over: the caller's variable becomes NULL. */
#define seal_steal(pp)                                  \
	__extension__({                                 \
		__typeof__(*(pp)) seal_stolen_ = *(pp); \
		*(pp) = NULL;                           \
		seal_stolen_;                           \
	})

enum seal_error_order {
	SEAL_ERROR_FIRST_ = 0,
#define SEAL_ERROR(name, exit_code, http, text) SEAL_ERROR_ORDER_##name,
#include "errors.def"
#undef SEAL_ERROR
	SEAL_ERROR_END_
};

enum seal_error {
	SEAL_OK = 0,
#define SEAL_ERROR(name, exit_code, http, text) SEAL_E_##name = -SEAL_ERROR_ORDER_##name,
#include "errors.def"
#undef SEAL_ERROR
};

/* Each takes 0 or a SEAL_E_* value; anything else reads as an internal error. */
const char *seal_error_name(int error);
const char *seal_error_text(int error);
int seal_error_exit(int error); /* design section 8 */
int seal_error_http(int error);

#endif
