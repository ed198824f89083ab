/* What script and minutes have alike: which language and form, and where the paper goes. */

#include "paper.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

#include "base/banned.h"

/* The index of the word; -1: it is none of the two. */
static int which(const char *word, const char *zero, const char *one)
{
	return !word || strcmp(word, zero) == 0 ? 0 : strcmp(word, one) == 0 ? 1 : -1;
}

int paper_check(const struct paper_values *values, struct seal_diag *diag)
{
	if (which(values->language, "en", "fr") < 0)
		return seal_fail(diag, SEAL_E_USAGE, "--language: en or fr");
	if (which(values->format, "text", "html") < 0)
		return seal_fail(diag, SEAL_E_USAGE, "--format: html or text");
	if (values->json && !values->output)
		return seal_fail(diag, SEAL_E_USAGE, "--json: needs --output");
	return SEAL_OK;
}

enum seal_language paper_language(const struct paper_values *values)
{
	return which(values->language, "en", "fr") ? SEAL_FRENCH : SEAL_ENGLISH;
}

enum seal_sheet_form paper_form(const struct paper_values *values)
{
	return which(values->format, "text", "html") ? SEAL_SHEET_HTML : SEAL_SHEET_TEXT;
}

int paper_write(const struct paper_values *values, const char *text, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	int error;

	if (!values->output)
		return fputs(text, stdout) < 0 ? seal_fail_errno(diag, SEAL_E_IO, "stdout")
					       : SEAL_OK;
	error = seal_file_new(values->output, SEAL_FILE_NEW, &file, diag);
	if (!error)
		error = seal_file_write(file, text, strlen(text), diag);
	return error ? error : seal_file_commit(file, diag);
}
