/* seal-audit check: whether a proof holds. */

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/tlog_proof.h"
#include "base/file.h"
#include "base/own.h"
#include "seal-audit.h"

#include "base/banned.h"

struct values {
	struct trust trust;
	int json;
	const char *const *arguments;
	char **details;
};

static const struct seal_option options[] = {
	TRUST_ROWS(struct values, trust),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "report as one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

/* The line as it stands in a file of its own, with its newline or without. */
static int check_line(const struct seal_tlog_proof *proof, const struct seal_checkpoint *to,
		      const char *path, struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	uint8_t leaf[SEAL_MERKLE_HASH];
	size_t len = 0;
	int error = seal_file_read(path, SEAL_VERIFY_LINE, &bytes, &len, diag);

	if (error)
		return error;
	len -= len > 0 && bytes[len - 1] == '\n';
	if (len > 0 && memchr(bytes, '\n', len))
		return seal_fail(diag, SEAL_E_FORMAT, "%s: more than one line", path);
	seal_merkle_leaf(bytes, len, leaf);
	error = seal_merkle_check_inclusion(&proof->path, proof->from, to->size, leaf, to->root,
					    diag);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}

static int check_older(const struct seal_cosigners *cosigners, const struct seal_tlog_proof *proof,
		       const struct seal_checkpoint *to, const char *path, struct seal_diag *diag)
{
	static const struct trust nobody = {0};
	struct head from SEAL_CLEANUP(head_done) = {0};
	int error = head_read(cosigners, &nobody, path, &from, diag);

	if (!error && strcmp(from.checkpoint.origin, to->origin) != 0)
		error = seal_fail(diag, SEAL_E_MISMATCH, "%s: of the log %s, not of %s", path,
				  from.checkpoint.origin, to->origin);
	if (!error && from.checkpoint.size != proof->from)
		error = seal_fail(diag, SEAL_E_MISMATCH,
				  "%s: has %" PRIu64 " lines, and the proof goes on from %" PRIu64,
				  path, from.checkpoint.size, proof->from);
	if (error)
		return error;
	error = seal_merkle_check_consistency(&proof->path, proof->from, to->size,
					      from.checkpoint.root, to->root, diag);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}

static void tell(const struct values *values, const struct seal_tlog_proof *proof,
		 const struct seal_checkpoint *to)
{
	const char *kind = proof->is_consistency ? "consistency" : "inclusion";
	uint64_t number = proof->from + !proof->is_consistency;
	json_t *json;

	if (!values->json) {
		(void)printf("log          %s\n", to->origin);
		(void)printf(proof->is_consistency ? "verdict      good: its %" PRIu64
						     " lines go on from those %" PRIu64 "\n"
						   : "verdict      good: of its %" PRIu64
						     " lines it is number %" PRIu64 "\n",
			     to->size, number);
		return;
	}
	json = json_pack("{s:s,s:s,s:I,s:I}", "origin", to->origin, "proof", kind, "lines",
			 (json_int_t)to->size, proof->is_consistency ? "from" : "line",
			 (json_int_t)number);
	*values->details = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_cosigners cosigners SEAL_CLEANUP(seal_cosigners_done) = {0};
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	struct seal_tlog_proof proof;
	struct seal_checkpoint to;
	const char *const *files;
	size_t count = 0;
	size_t len = 0;
	int error;

	files = file ? files_of(values->arguments, file, &count) : NULL;
	if (count != 2)
		return seal_fail(diag, SEAL_E_USAGE,
				 "PROOF, FILE: name the proof, and the line or older checkpoint "
				 "(see --help)");
	error = trust_load(&values->trust, &cosigners, diag);
	if (!error)
		error = seal_file_read(files[0], SEAL_TLOG_PROOF_MAX, &bytes, &len, diag);
	if (error)
		return error;
	error = seal_tlog_proof_parse(bytes, len, &proof, diag);
	if (!error)
		error = head_verify(&cosigners, &values->trust,
				    (const char *)bytes + proof.checkpoint_at,
				    len - proof.checkpoint_at, &to, diag);
	if (error)
		return seal_because(diag, error, "%s", files[0]);
	error = proof.is_consistency ? check_older(&cosigners, &proof, &to, files[1], diag)
				     : check_line(&proof, &to, files[1], diag);
	if (!error)
		tell(values, &proof, &to);
	return error;
}

int check_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.arguments = (const char *const *)argv, .details = &text};
	const struct tool tool = {
		{"seal-audit check",
		 "[--roster FILE] [--key FILE] [--cards DIR] [--require NAME] [--json] PROOF FILE",
		 "Checks a proof: of inclusion, where FILE is the line, or of consistency, where "
		 "FILE "
		 "is the\nolder checkpoint. The log itself is not needed.",
		 options, 2},
		run,
		&values.json,
		values.details,
		NULL};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
