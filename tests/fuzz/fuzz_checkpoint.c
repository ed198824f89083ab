/* Checkpoints come from anybody. What is read, and has no more lines, is written back byte for
   byte; cosignatures of a key that has not signed are never good. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/checkpoint.h"
#include "audit/cosign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct seal_note *note)
{
	static const uint8_t public_key[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7,
					       0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
					       0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25,
					       0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
	struct seal_cosign_verdict verdict[SEAL_NOTE_SIGNATURES];
	struct seal_note_key key;

	if (seal_cosign_key_ed25519("a", public_key, &key, NULL))
		abort();
	/* As if each signature were this key's: names and ids need no luck. */
	for (size_t i = 0; i < seal_note_count(note); i++) {
		const struct seal_note_signature *signature = seal_note_signature(note, i);
		uint64_t seconds = 0;
		size_t len = 0;
		const char *text = seal_note_text(note, &len);

		(void)seal_cosign_time(&key, signature, &seconds);
		if (!key.verify(&key, text, len, signature->bytes, signature->len, NULL))
			abort();
	}
	seal_cosign_check(note, &key, 1, verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_checkpoint checkpoint = {.size = 77};
	char text[SEAL_CHECKPOINT_TEXT];
	struct seal_note *note = NULL;
	struct seal_diag diag = {0};
	size_t len = 0;
	int error;

	if (seal_note_parse(data, size, &note, NULL))
		return 0;
	error = seal_checkpoint_read(note, &checkpoint, &diag);
	if (diag.error != error || (error && checkpoint.size != 77))
		abort();
	if (!error && seal_checkpoint_text(&checkpoint, text, NULL))
		abort();
	if (!error && (memcmp(seal_note_text(note, &len), text, strlen(text)) != 0 ||
		       (len > strlen(text)) != checkpoint.has_more))
		abort();
	check(note);
	seal_note_free(note);
	return 0;
}
