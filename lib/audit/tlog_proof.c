/* Proofs as text. */

#include "audit/tlog_proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/text_internal.h"
#include "base/encode.h"
#include "base/own.h"

#include "base/banned.h"

#define STEM "c2sp.org/tlog-proof@"
#define MAGIC STEM "v1"
#define EXTRA "extra "
#define INDEX "index "
#define OLD "old "
#define EXTRA_MAX (64u << 10)
#define HASH_LINE SEAL_BASE64_LEN(SEAL_MERKLE_HASH) /* with newline for the NUL */

int seal_tlog_proof_text(const struct seal_tlog_proof *proof, const char *checkpoint,
			 size_t checkpoint_len, char **out_text, size_t *out_len,
			 struct seal_diag *diag)
{
	size_t cap = 64 + HASH_LINE * SEAL_MERKLE_PROOF + checkpoint_len;
	char *text SEAL_CLEANUP(seal_text_freep) = malloc(cap + 1);
	size_t at;

	if (!text)
		return seal_fail(diag, SEAL_E_NOMEM, "proof");
	if (proof->path.count > SEAL_MERKLE_PROOF || checkpoint_len > SEAL_CHECKPOINT_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "proof");
	at = (size_t)snprintf(text, cap, "%s%llu\n", proof->is_consistency ? OLD : MAGIC "\n" INDEX,
			      (unsigned long long)proof->from);
	for (size_t i = 0; i < proof->path.count; i++) {
		seal_base64(SEAL_BASE64_PADDED, proof->path.hash[i], SEAL_MERKLE_HASH, text + at);
		at += HASH_LINE;
		text[at - 1] = '\n';
	}
	text[at++] = '\n';
	memcpy(text + at, checkpoint, checkpoint_len);
	at += checkpoint_len;
	text[at] = '\0';
	*out_text = seal_steal(&text);
	*out_len = at;
	return SEAL_OK;
}

/* line: what is behind "extra ". */
static int check_extra(const char *line, size_t len, struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = malloc(EXTRA_MAX);
	size_t got = 0;

	return bytes ? seal_unbase64(SEAL_BASE64_PADDED, line, len, bytes, EXTRA_MAX, &got, diag)
		     : seal_fail(diag, SEAL_E_NOMEM, "proof");
}

static int read_head(struct seal_audit_text *text, struct seal_tlog_proof *proof,
		     struct seal_diag *diag)
{
	const char *line = NULL;
	size_t len = 0;
	int error = seal_audit_text_line(text, &line, &len, diag);

	if (error)
		return error;
	proof->is_consistency = seal_audit_text_begins(&line, &len, OLD);
	if (proof->is_consistency)
		return seal_audit_text_number(line, len, &proof->from, diag);
	if (!seal_audit_text_begins(&line, &len, STEM))
		return seal_fail(diag, SEAL_E_FORMAT, "neither of inclusion nor of consistency");
	if (len != 2 || !seal_audit_text_begins(&line, &len, "v1"))
		return seal_fail(diag, SEAL_E_VERSION, "not " MAGIC);
	error = seal_audit_text_line(text, &line, &len, diag);
	if (!error && seal_audit_text_begins(&line, &len, EXTRA)) {
		error = check_extra(line, len, diag);
		if (!error)
			error = seal_audit_text_line(text, &line, &len, diag);
	}
	if (!error && !seal_audit_text_begins(&line, &len, INDEX))
		error = seal_fail(diag, SEAL_E_FORMAT, "no line `index `");
	return error ? error : seal_audit_text_number(line, len, &proof->from, diag);
}

static int read_path(struct seal_audit_text *text, struct seal_tlog_proof *proof,
		     struct seal_diag *diag)
{
	for (;;) {
		const char *line = NULL;
		size_t len = 0;
		int error = seal_audit_text_line(text, &line, &len, diag);

		if (error || len == 0)
			return error;
		if (proof->path.count == SEAL_MERKLE_PROOF)
			return seal_fail(diag, SEAL_E_TOOLONG, "more than %u hashes",
					 SEAL_MERKLE_PROOF);
		error = seal_audit_text_hash(line, len, proof->path.hash[proof->path.count], diag);
		if (error)
			return error;
		proof->path.count++;
	}
}

int seal_tlog_proof_parse(const void *bytes, size_t len, struct seal_tlog_proof *out_proof,
			  struct seal_diag *diag)
{
	struct seal_audit_text text = {bytes, len};
	struct seal_tlog_proof proof = {0};
	int error = len > SEAL_TLOG_PROOF_MAX
			    ? seal_fail(diag, SEAL_E_TOOLONG, "over %u bytes", SEAL_TLOG_PROOF_MAX)
			    : read_head(&text, &proof, diag);

	if (!error)
		error = read_path(&text, &proof, diag);
	if (error)
		return seal_because(diag, error, "proof");
	proof.checkpoint_at = len - text.left;
	*out_proof = proof;
	return SEAL_OK;
}
