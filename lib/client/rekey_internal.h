#ifndef SEALKIT_CLIENT_REKEY_INTERNAL_H
#define SEALKIT_CLIENT_REKEY_INTERNAL_H

#include "client/rekey.h"

struct json_t;

/* An answer that has the state of rekeys in it, signed over challenge: SEAL_E_VERIFY,
 *SEAL_E_FORMAT. out_json is the caller's: it may say more. */
SEAL_MUST_CHECK int seal_client_rekey_read(const char *text, const char *challenge,
					   const uint8_t identity[static 32],
					   struct json_t **out_json,
					   struct seal_client_rekey_status *out_status,
					   struct seal_diag *diag);

#endif
