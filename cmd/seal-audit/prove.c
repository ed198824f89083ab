/* seal-audit prove: proofs from a log, for somebody who has not got it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/prove.h"
#include "audit/tlog_proof.h"
#include "base/own.h"
#include "base/path.h"
#include "seal-audit.h"

#include "base/banned.h"

struct values {
	struct trust trust;
	const char *line, *from, *head;
	int json;
	const char *const *arguments;
};

static const struct seal_option options[] = {
	{"line", 'n', SEAL_OPTION_TEXT, offsetof(struct values, line), "NUMBER",
	 "that this line, from 1, is in the log"},
	{"from", 0, SEAL_OPTION_TEXT, offsetof(struct values, from), "FILE",
	 "instead: that the log goes on from this older checkpoint"},
	{"head", 0, SEAL_OPTION_TEXT, offsetof(struct values, head), "FILE",
	 "the checkpoint that the proof leads to (FILE.checkpoint)"},
	TRUST_ROWS(struct values, trust),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "report the result as one JSON object on stderr"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int number_of(const char *text, uint64_t *out, struct seal_diag *diag)
{
	uint64_t number = 0;

	for (const char *at = text; *at; at++) {
		if (*at < '0' || *at > '9' || number > UINT64_MAX / 100)
			return seal_fail(diag, SEAL_E_USAGE, "--line: not a number (see --help)");
		number = number * 10 + (uint64_t)(*at - '0');
	}
	if (number < 1)
		return seal_fail(diag, SEAL_E_USAGE, "--line: counts from 1");
	*out = number;
	return SEAL_OK;
}

static int inclusion(const struct values *values, const struct seal_prove *prove,
		     const struct seal_checkpoint *to, struct seal_tlog_proof *proof,
		     struct seal_diag *diag)
{
	uint8_t leaf[SEAL_MERKLE_HASH], root[SEAL_MERKLE_HASH];
	uint64_t line = 0;
	int error = number_of(values->line, &line, diag);

	if (!error && line > to->size)
		error = seal_fail(diag, SEAL_E_NOTFOUND, "line %llu: the checkpoint has %llu",
				  (unsigned long long)line, (unsigned long long)to->size);
	if (!error)
		error = seal_prove_inclusion(prove, line - 1, &proof->path, leaf, root, diag);
	if (!error && !seal_eq_ct(root, to->root, sizeof root))
		error = seal_fail(diag, SEAL_E_VERIFY,
				  "lines are not those of the checkpoint: see seal-audit verify");
	proof->from = line - 1;
	return error;
}

static int consistency(const struct seal_prove *prove, const struct seal_checkpoint *from,
		       const struct seal_checkpoint *to, struct seal_tlog_proof *proof,
		       struct seal_diag *diag)
{
	uint8_t old_root[SEAL_MERKLE_HASH], root[SEAL_MERKLE_HASH];
	int error;

	if (strcmp(from->origin, to->origin) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH, "of the log %s, not of %s", from->origin,
				 to->origin);
	if (from->size > to->size)
		return seal_fail(diag, SEAL_E_OLD, "has %llu lines, and the newer one %llu",
				 (unsigned long long)from->size, (unsigned long long)to->size);
	error = seal_prove_consistency(prove, from->size, &proof->path, old_root, root, diag);
	if (!error && (!seal_eq_ct(root, to->root, sizeof root) ||
		       !seal_eq_ct(old_root, from->root, sizeof root)))
		error = seal_fail(diag, SEAL_E_VERIFY,
				  "lines are not those of the checkpoints: see seal-audit verify");
	proof->is_consistency = 1;
	proof->from = from->size;
	return error;
}

static int prove(const struct values *values, const struct seal_cosigners *cosigners,
		 struct seal_prove *job, const char *head_path, struct seal_diag *diag)
{
	static const struct trust nobody = {0};
	struct head to SEAL_CLEANUP(head_done) = {0};
	struct head from SEAL_CLEANUP(head_done) = {0};
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_tlog_proof proof = {0};
	size_t len = 0;
	int error = head_read(cosigners, &values->trust, head_path, &to, diag);

	job->size = to.checkpoint.size;
	if (!error && values->from)
		error = head_read(cosigners, &nobody, values->from, &from, diag);
	if (!error)
		error = values->from
				? consistency(job, &from.checkpoint, &to.checkpoint, &proof, diag)
				: inclusion(values, job, &to.checkpoint, &proof, diag);
	if (!error)
		error = seal_tlog_proof_text(&proof, to.note, to.len, &text, &len, diag);
	if (!error)
		(void)fwrite(text, 1, len, stdout);
	return error;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_cosigners cosigners SEAL_CLEANUP(seal_cosigners_done) = {0};
	struct seal_prove job = {0};
	char path[SEAL_PATH];
	int error;

	if (!file)
		return seal_fail(diag, SEAL_E_USAGE, "FILE: name a log (see --help)");
	if (!values->line == !values->from)
		return seal_fail(diag, SEAL_E_USAGE, "--line, --from: give one of them");
	job.files = files_of(values->arguments, file, &job.count);
	if ((size_t)snprintf(path, sizeof path, "%s.checkpoint", job.files[job.count - 1]) >=
	    sizeof path)
		return seal_fail(diag, SEAL_E_IO, "%s: name too long", file);
	error = trust_load(&values->trust, &cosigners, diag);
	return error ? error
		     : prove(values, &cosigners, &job, values->head ? values->head : path, diag);
}

int prove_main(int argc, char **argv)
{
	struct values values = {.arguments = (const char *const *)argv};
	const struct tool tool = {
		{"seal-audit prove",
		 "--line NUMBER | --from FILE [--roster FILE] [--key FILE] [--cards DIR] FILE... > "
		 "proof",
		 "Makes a proof from a log: that a line is in it (C2SP tlog-proof), or that it "
		 "goes "
		 "on from an\nolder checkpoint. The checkpoint that the proof leads to is in it.",
		 options, 64},
		run,
		&values.json,
		NULL,
		NULL};

	return tool_main(&tool, &values, argc, argv);
}
