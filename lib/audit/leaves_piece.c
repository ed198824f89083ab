/* One piece of a log: read up to the end of a line, and hashed. */

#include <string.h>
#include <unistd.h>

#include "audit/leaves_internal.h"

#include "base/banned.h"

/* The next file that has something left; 0: none. */
static int find_file(struct seal_leaves_reader *reader)
{
	while (reader->file < reader->leaves->count && reader->at == reader->sizes[reader->file]) {
		reader->file++;
		reader->at = 0;
		reader->file_line = 1;
	}
	return reader->file < reader->leaves->count;
}

static int fill(struct seal_leaves_reader *reader, char *bytes, size_t *out_len,
		struct seal_diag *diag)
{
	uint64_t left = reader->sizes[reader->file] - reader->at;
	size_t want = left < SEAL_LEAVES_PIECE ? (size_t)left : SEAL_LEAVES_PIECE;
	size_t have = 0;

	while (have < want) {
		ssize_t got = pread(reader->leaves->fds[reader->file], bytes + have, want - have,
				    (off_t)(reader->at + have));

		if (got < 0)
			return seal_fail_errno(diag, SEAL_E_IO, "read");
		if (got == 0)
			return seal_fail(diag, SEAL_E_IO, "became shorter while it was read");
		have += (size_t)got;
	}
	*out_len = have;
	return SEAL_OK;
}

/* Lines up to the next stop. */
static size_t find_lines(const struct seal_leaves_reader *reader, struct seal_leaves_buffer *buffer,
			 size_t len)
{
	uint64_t most = SEAL_LEAVES_LINES;
	size_t count = 0;
	size_t at = 0;

	if (reader->stop < reader->leaves->stop_count &&
	    reader->leaves->stops[reader->stop] - reader->next < most)
		most = reader->leaves->stops[reader->stop] - reader->next;
	while (count < most && at < len) {
		const char *end = memchr(buffer->bytes + at, '\n', len - at);

		if (!end)
			break;
		buffer->ends[count++] = (uint32_t)(end - buffer->bytes);
		at = buffer->ends[count - 1] + 1;
	}
	return count;
}

int seal_leaves_read(struct seal_leaves_reader *reader, struct seal_leaves_buffer *buffer,
		     int *out_some, struct seal_diag *diag)
{
	const struct seal_leaves *leaves = reader->leaves;
	struct seal_leaves_piece *piece = &buffer->piece;
	size_t len = 0;
	int error;

	*out_some = find_file(reader);
	if (!*out_some)
		return SEAL_OK;
	while (reader->stop < leaves->stop_count && leaves->stops[reader->stop] <= reader->next)
		reader->stop++;
	error = fill(reader, buffer->bytes, &len, diag);
	if (error)
		return error;
	*piece = (struct seal_leaves_piece){.file = reader->file,
					    .first = reader->next,
					    .file_line = reader->file_line,
					    .bytes = buffer->bytes,
					    .ends = buffer->ends};
	piece->count = find_lines(reader, buffer, len);
	if (piece->count == 0 && reader->at + len < reader->sizes[reader->file])
		return seal_fail(diag, SEAL_E_TOOLONG, "line %llu is over %u bytes",
				 (unsigned long long)piece->file_line, SEAL_LEAVES_PIECE);
	if (piece->count == 0)
		piece->torn = len;
	else
		len = buffer->ends[piece->count - 1] + 1;
	reader->at += len;
	reader->next += piece->count;
	reader->file_line += piece->count;
	piece->ends_file = reader->at == reader->sizes[reader->file];
	return SEAL_OK;
}

static void put(struct seal_leaves_node *to, unsigned height, const uint8_t *hash)
{
	to->height = height;
	memcpy(to->hash, hash, SEAL_MERKLE_HASH);
}

/* Level by level: what has no partner in the piece is complete as it is. On the left they
   come in order, on the right backwards. */
static void climb(uint8_t *hashes, uint64_t from, size_t count, struct seal_leaves_result *result)
{
	struct seal_leaves_node right[SEAL_LEAVES_NODES] = {{0}};
	size_t right_count = 0;

	for (unsigned height = 0; count > 0; height++) {
		const uint8_t *row = hashes;

		if (from & 1) {
			put(&result->node[result->node_count++], height, row);
			row += SEAL_MERKLE_HASH;
			from++;
			count--;
		}
		if (count & 1)
			put(&right[right_count++], height, row + --count * SEAL_MERKLE_HASH);
		count /= 2;
		from /= 2;
		seal_merkle_nodes(row, count, hashes);
	}
	while (right_count > 0)
		result->node[result->node_count++] = right[--right_count];
}

void seal_leaves_hash(struct seal_leaves_buffer *buffer, struct seal_leaves_result *result)
{
	const struct seal_leaves_piece *piece = &buffer->piece;

	seal_merkle_leaves(buffer->bytes, buffer->ends, piece->count, buffer->hashes);
	result->node_count = 0;
	climb(buffer->hashes, piece->first, piece->count, result);
}
