/* Notes come from anybody. What parses must have a text that ends in a newline and
   signatures with names and bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "crypto/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_note *note = NULL;
	struct seal_diag diag = {0};
	int error = seal_note_parse(data, size, &note, &diag);
	size_t len = 0;

	if ((error != 0) != (note == NULL) || diag.error != error)
		abort();
	if (error)
		return 0;
	if (seal_note_text(note, &len)[len - 1] != '\n' || len >= size || seal_note_count(note) < 1)
		abort();
	for (size_t i = 0; i < seal_note_count(note); i++)
		if (!seal_note_signature(note, i)->name[0] || seal_note_signature(note, i)->len < 1)
			abort();
	seal_note_free(note);
	return 0;
}
