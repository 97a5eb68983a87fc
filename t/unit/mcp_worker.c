/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mcp/worker.h"
#include "mcp_world.h"

/* Who is at work, and what is answered in its place when it was killed. */

#define ERROR                                                                 \
    "\"error\":{\"code\":-32603,\"message\":\"The server ended before it "    \
    "answered; what was asked may have been done.\"}}"

static const char *note_of(const char *id, mcp_ctx_t *cx)
{
    mcp_turn_t t = {.cx = cx};

    if (id)
        mcp_json_read(&t.rpc.id, id, strlen(id), cx);
    return mcp_worker_note(&t, cx->pool);
}

/* The note of a process that was killed, and waits for its parent or not. */
static const char *note_of_dead(int is_waiting, mcp_ctx_t *cx)
{
    static char note[64];
    int ends[2];
    ssize_t len;
    pid_t child;

    if (pipe(ends))
        return "no pipe";
    child = fork();
    if (!child) {
        const char *own = note_of("7", cx);

        if (write(ends[1], own, strlen(own) + 1) > 0)
            pause();
        _exit(1);
    }
    len = read(ends[0], note, sizeof(note));
    ok(len > 0 && mcp_worker_lives(note), "another process lives");
    kill(child, SIGKILL);
    if (is_waiting)
        waitid(P_PID, (id_t)child, NULL, WEXITED | WNOWAIT);
    else
        waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    return note;
}

static const char *obituary(const char *id, mcp_ctx_t *cx)
{
    apr_size_t len = 0;
    const char *text = mcp_worker_obituary(note_of(id, cx), &len, cx->pool);

    return text && strlen(text) == len ? text : NULL;
}

static void body(mcp_ctx_t *cx)
{
    ok(mcp_worker_lives(note_of("7", cx)), "this process lives");
    ok(!mcp_worker_lives(note_of_dead(1, cx)), "until it is killed");
    ok(!mcp_worker_lives(note_of_dead(0, cx)), "and is gone");
    is(obituary("7", cx), "{\"jsonrpc\":\"2.0\",\"id\":7," ERROR,
       "the error has the id of the request");
    is(obituary("\"a \\\"b\\\" \\u0001\"", cx),
       "{\"jsonrpc\":\"2.0\",\"id\":\"a \\\"b\\\" \\u0001\"," ERROR,
       "as it was");
    is(obituary(NULL, cx), NULL, "what was no request is not answered");
}

TAP_MAIN(body)
