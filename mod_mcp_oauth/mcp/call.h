/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_CALL_H
#define MCP_MCP_CALL_H

#include "mcp/box.h"
#include "mcp/watch.h"
#include "mod_mcp_oauth.h"

/* One call of a function of another module while it runs: what its mcp_call_t
 * hides from it. Tools, resources, prompts and completions are called through
 * here; what they give takes its form from the kind of call.
 *
 * A function may be called several times for one request: until the questions
 * it asked are answered, where those can be put to the client on a stream, or
 * until it does not say "later" any more. Each time is a round with a pool of
 * its own. */

#define MCP_CALL_MAX_RESULT (1024 * 1024)   /* bytes that may be written */
#define MCP_CALL_MAX_REMEMBERED (16 * 1024) /* bytes */
#define MCP_CALL_MAX_VALUES 100             /* of a completion */
#define MCP_CALL_MAX_BLOCKS 10000
#define MCP_CALL_MAX_QUESTIONS 100 /* of a round */
#define MCP_CALL_MAX_DELAY apr_time_from_sec(24 * 3600)

typedef struct mcp_call_run_t mcp_call_run_t;

/* What a call waits for between its rounds. */
typedef enum {
    MCP_CALL_WAITS_FOR_NOTHING, /* it runs, or is answered */
    MCP_CALL_WAITS_FOR_TIME,    /* the function said later */
    MCP_CALL_WAITS_FOR_ANSWERS  /* of the client */
} mcp_call_waits_t;

typedef struct mcp_medium_t {
    const char *kind; /* "image", "audio", "blob" */
    const char *media_type;
    const char *base64;
} mcp_medium_t;

/* what the functions of some kinds may give, and of others may not */
#define MCP_CALL_GIVES_STRUCTURED 0x01u
#define MCP_CALL_GIVES_ROLES 0x02u
#define MCP_CALL_GIVES_VALUES 0x04u

/* What a kind of call makes of what its function gives. Those that write
 * return NULL, or the sentence that says which rule is broken. */
typedef struct mcp_call_kind_t {
    const char *what; /* "tool", as logs say */
    unsigned gives;   /* MCP_CALL_GIVES_... */
    /* begins the result, up to the first block */
    void (*begin)(mcp_call_run_t *run);
    const char *(*text)(mcp_call_run_t *run, const char *text, apr_size_t len);
    const char *(*medium)(mcp_call_run_t *run, const mcp_medium_t *medium);
    /* json is block as it was written */
    const char *(*content)(mcp_call_run_t *run, const mcp_json_t *block,
                           const char *json);
    /* ends the result */
    const char *(*done)(mcp_call_run_t *run);
    /* the same where the function failed; NULL: the request does, with what
     * it said */
    const char *(*failed)(mcp_call_run_t *run);
    /* the answer in place of a result: why there is none, for the client */
    const mcp_error_t *(*refuse)(mcp_call_run_t *run, const char *why);
    /* NULL: nothing that could be missing */
    const mcp_error_t *(*not_found)(mcp_call_run_t *run);
} mcp_call_kind_t;

struct mcp_call_run_t {
    mcp_call_t call; /* first: the function's pointer is ours too */
    mcp_turn_t *t;
    const mcp_call_kind_t *kind;
    const void *listed; /* what is called, as its kind lists it */
    const char *module; /* that offers it */
    mcp_outcome_t (*function)(mcp_call_t *call, void *baton);
    void *baton;
    /* makes it a task that goes on later; NULL: it cannot be one */
    const mcp_error_t *(*as_task)(mcp_call_run_t *run);

    /* -- what came -- */
    const mcp_json_t *arguments;
    const mcp_json_t *answers; /* inputResponses, or NULL */
    const char *remembered;    /* in the round before, or NULL */

    /* -- over all rounds -- */
    unsigned rounds;
    unsigned asked;       /* rounds that ended with questions */
    apr_pool_t *pools[2]; /* of every other round behind the first */
    double progress;      /* that was sent last */
    int has_progress;
    apr_time_t told; /* up to which more may be told; 0: nothing was */
    int may_tell;    /* how many notifications, then */
    int level;       /* of the log, once it is known */
    int is_level_known;
    mcp_box_t note; /* of its cancellation, once one is looked for */
    int has_note;
    apr_uint32_t signal; /* when it was last looked for a cancellation */
    int is_cancelled;    /* as far as is known then */

    /* -- between rounds -- */
    mcp_watch_t watch;
    mcp_call_waits_t waits_for;
    const mcp_error_t *failure; /* that the last of them led to */
    const char *name;           /* of its questions, or NULL */
    mcp_box_t box;              /* what the client says to them */
    int put;                    /* how many were put in earlier rounds */

    /* -- what the function gave in this round; content goes straight into
     * t->w -- */
    apr_size_t written; /* bytes */
    int blocks;         /* of content */
    const char *role;
    const char *said; /* its first text */
    const char *structured;
    const mcp_json_t *structured_json;
    apr_array_header_t *values;    /* of const char *: a completion's */
    int more_values;               /* that were not kept */
    apr_array_header_t *questions; /* of mcp_question_t */
    apr_array_header_t *scopes;    /* of const char * */
    const char *remember;
    apr_interval_time_t delay; /* of "later" */
    int error_code;
    const char *error_message; /* NULL: no error was given */
    const char *breach;        /* of the contract, the first one; or NULL */
};

/* The params that all of tools/call, resources/read and prompts/get have:
 * inputResponses and requestState, which is good for these arguments. */
const mcp_error_t *mcp_call_params_read(mcp_call_run_t *run);
/* Calls the function and writes the answer, at once or, where it has to wait,
 * as t->watch. */
const mcp_error_t *mcp_call_run(mcp_call_run_t *run);
/* The two steps of that, for who does something between them: one round, and
 * the answer to the last one. */
mcp_outcome_t mcp_call_round(mcp_call_run_t *run);
const mcp_error_t *mcp_call_answer(mcp_call_run_t *run, mcp_outcome_t outcome);
/* The answer of kinds whose results cannot say that they are an error. */
const mcp_error_t *mcp_call_fail(mcp_call_run_t *run, const char *why);
/* Whether the request was cancelled by its client. */
int mcp_call_is_cancelled(mcp_call_run_t *run);
/* Where that is noted: legacy era. */
const mcp_box_t *mcp_call_note(mcp_call_run_t *run);

/* Begins to wait, or goes on with it: call_wait.c. */
const mcp_error_t *mcp_call_wait(mcp_call_run_t *run, mcp_call_waits_t what);

/* Puts the questions of this round to the client on the stream; the next round
 * has the answers: *again where there are none to wait for. *why is set where
 * they cannot be had, for the model to read. */
const mcp_error_t *mcp_call_ask(int *again, const char **why,
                                mcp_call_run_t *run);
/* Gives the questions of the call a name and a box, once. */
const mcp_error_t *mcp_call_ask_name(mcp_call_run_t *run);
/* Whether all answers are there: the next round has them, or *why says why
 * they are none. */
int mcp_call_ask_has(const char **why, mcp_call_run_t *run);
/* Nobody waits for them any more. why: for the client, where it was not
 * answered. */
void mcp_call_ask_end(mcp_call_run_t *run, const char *why);

/* what functions may do */
extern const mcp_call_api_t mcp_call_api;

/* The first breach of the contract counts; what NULL: there is none. */
void mcp_call_breach(mcp_call_run_t *run, const char *what);
/* Whether len more bytes may be written. */
int mcp_call_make_room(mcp_call_run_t *run, apr_size_t len);

/* the part of it that gives results: call_result.c */
void mcp_call_result_text(mcp_call_t *call, const char *text);
void mcp_call_result_media(mcp_call_t *call, const char *kind,
                           const char *media_type, const void *data,
                           apr_size_t len);
void mcp_call_result_content(mcp_call_t *call, const char *json);
void mcp_call_result_structured(mcp_call_t *call, const char *json);
void mcp_call_result_role(mcp_call_t *call, const char *role);
void mcp_call_result_value(mcp_call_t *call, const char *value);
void mcp_call_result_meta(mcp_call_t *call, const char *name,
                          const char *json);
void mcp_call_result_error(mcp_call_t *call, int code, const char *message);

/* the part of it that reaches others while the function runs: call_tell.c */
void mcp_call_tell_progress(mcp_call_t *call, double done, double total,
                            const char *message);
void mcp_call_tell_log(mcp_call_t *call, const char *level, const char *data);
int mcp_call_tell_cancelled(mcp_call_t *call);
void mcp_call_tell_part(mcp_call_t *call, apr_interval_time_t retry);
void mcp_call_tell_changed(mcp_call_t *call, const char *list);
void mcp_call_tell_updated(mcp_call_t *call, const char *uri, int private);

#endif
