/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_NOTE_H
#define MCP_BASE_NOTE_H

/* What nodes tell each other of a change that is in no record: bytes, the same
 * on machines of every byte order. */
#define MCP_NOTE_PART 16
typedef struct mcp_note_t {
    unsigned char mark[MCP_NOTE_PART]; /* which note it is (live/peer) */
    unsigned char what[MCP_NOTE_PART]; /* has changed; all 0: anything */
} mcp_note_t;

#endif
