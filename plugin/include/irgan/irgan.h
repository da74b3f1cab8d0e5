/* The reranker for other languages: plain C, to be called by FFI (Python's ctypes, LuaJIT, Ruby's Fiddle, ...).
 *
 *   irgan_ranker* ranker = NULL;
 *   if (irgan_open("my.db", NULL, &ranker) != IRGAN_OK) puts(irgan_message());
 *   if (irgan_rescore(ranker, query, query_size, docids, NULL, num_docids, scores) != IRGAN_OK) puts(irgan_message());
 *   irgan_close(ranker);
 *
 * Every function that can fail returns a code and leaves a message; none throws or exits.
 * Threads: one ranker a thread.
 */
#ifndef IRGAN_IRGAN_H
#define IRGAN_IRGAN_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define IRGAN_C_API __attribute__((visibility("default")))
#else
#define IRGAN_C_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a call. The numbers stay what they are. */
typedef enum irgan_status {
  IRGAN_OK = 0,
  IRGAN_BAD_ARGUMENT = 1,   /* a null pointer, or a query that cannot be unserialised */
  IRGAN_BAD_MODEL = 2,      /* there is no model, it is damaged, or it does not fit the index as it stands */
  IRGAN_BAD_INDEX = 3,      /* Xapian cannot open or read the index */
  IRGAN_INDEX_MODIFIED = 4, /* the index moved on: irgan_reopen, search again, and rescore what that finds */
  IRGAN_FAILED = 5,         /* anything else: out of memory, scores that are not finite */
  IRGAN_BAD_MEMORY = 6      /* a click memory is damaged, or has other words than the index */
} irgan_status;

/* An index, opened, and the model that ranks it. */
typedef struct irgan_ranker irgan_ranker;

/* Opens the index at `db_path` (a folder, a single file, or a stub file) and the model file at `model_path`, or the
 * model in the index if `model_path` is null. On success *ranker is to be given to irgan_close; else it is null. */
IRGAN_C_API irgan_status irgan_open(const char* db_path, const char* model_path, irgan_ranker** ranker);

/* Takes the index as it is now, and the model in it; else both stay as they were when opened or reopened last. A model
 * file that changed is taken up without it. A new model that is damaged, or whose features cannot be had, is refused:
 * the one before stays, as irgan_model_version tells. */
IRGAN_C_API irgan_status irgan_reopen(irgan_ranker* ranker);

/* Sets what is known of the searches that follow beside their words, such as "device" and "mobile": each context that a
 * model has learnt from is a feature of it, irgan_feature_name says which. A value that the model does not know counts
 * as none.
 *
 * value: null: nothing is known any more
 * name:  null: nothing is known of any context any more; value must be null, too */
IRGAN_C_API irgan_status irgan_set_context(irgan_ranker* ranker, const char* name, const char* value);

/* Scores candidates of one query: higher is better, comparable within this call only.
 *
 * query, query_size: the bytes of Xapian::Query::serialise()
 * docids:            the first hits of the search, best first; the model's own depth is what it was trained on
 * weights:           their weights in that search; if null, what Xapian's default weighting gives them, which takes a
 *                    search of its own (a database with remote shards: IRGAN_BAD_INDEX)
 * num_docids:        how many there are; 0 is allowed
 * scores:            room for as many, filled on success only */
IRGAN_C_API irgan_status irgan_rescore(irgan_ranker* ranker, const char* query, size_t query_size,
                                       const uint32_t* docids, const double* weights, size_t num_docids,
                                       double* scores);

/* The features of the model that answered last, and their names; an empty name if there is no such feature. */
IRGAN_C_API size_t irgan_num_features(const irgan_ranker* ranker);
IRGAN_C_API const char* irgan_feature_name(const irgan_ranker* ranker, size_t feature);

/* What each feature adds to each candidate's score (integrated gradients): a candidate's numbers add up to its score
 * less the mean candidate's. Arguments are those of irgan_rescore.
 *
 * contributions: room for num_docids rows of irgan_num_features numbers, row by row, filled on success only */
IRGAN_C_API irgan_status irgan_explain(irgan_ranker* ranker, const char* query, size_t query_size,
                                       const uint32_t* docids, const double* weights, size_t num_docids,
                                       double* contributions);

/* Takes a click memory for irgan_rank: the file at `memory_path`, which is followed when it is replaced, or the memory
 * in the index if `memory_path` is null; an index that holds none, and an empty path, mean none. */
IRGAN_C_API irgan_status irgan_remember(irgan_ranker* ranker, const char* memory_path);

/* How many documents irgan_rank may add at most. */
enum { IRGAN_MAX_ADDED = 150 };

/* A candidate in its new place. */
typedef struct irgan_hit {
  uint32_t docid;
  uint32_t is_added;      /* 1: the memory brought it; 0: it is one of the docids that were given */
  double score;           /* raw model score; with a memory that knows the query, the chance of a click */
  double log_probability; /* of being drawn next; 0 unless the page is drawn */
} irgan_hit;

/* Ranks candidates as a live search does: by the model, and by what the click memory remembers, which also adds
 * documents. The first arguments are those of irgan_rescore.
 *
 * typed, typed_size: what the user typed, by which the memory is asked; if null, the query's own words
 * key, key_size:     as in irgan_draw; may be null where nothing is drawn
 * temperature:       0: the best order; above 0: a page drawn from the policy, as by irgan_draw
 * hits:              room for num_docids + IRGAN_MAX_ADDED, best first
 * num_hits:          becomes how many there are */
IRGAN_C_API irgan_status irgan_rank(irgan_ranker* ranker, const char* query, size_t query_size, const uint32_t* docids,
                                    const double* weights, size_t num_docids, const char* typed, size_t typed_size,
                                    const char* key, size_t key_size, double temperature, irgan_hit* hits,
                                    size_t* num_hits);

/* Draws a page from the model's policy, for learning of what nobody has seen. Arguments are those of irgan_rescore.
 *
 * key, key_size:     what the draw hangs on: the same for all pages of a search, another one for each search
 * temperature:       above 0; below 1: nearer to the best order
 * drawn:             room for num_docids numbers of candidates, counted from 0, in the order that was drawn
 * log_probabilities: room for as many: of each being drawn next; log them with the page */
IRGAN_C_API irgan_status irgan_draw(irgan_ranker* ranker, const char* query, size_t query_size, const uint32_t* docids,
                                    const double* weights, size_t num_docids, const char* key, size_t key_size,
                                    double temperature, uint32_t* drawn, double* log_probabilities);

/* Puts two rankings on one page by team draft, to see by clicks which of them people prefer.
 *
 * key, key_size:  as in irgan_draw
 * docids, teams:  room for num_first + num_second; teams: 1 the first, 2 the second, 0 neither
 * num_interleaved: becomes how many there are, since a document stands there once */
IRGAN_C_API irgan_status irgan_interleave(const uint32_t* first, size_t num_first, const uint32_t* second,
                                          size_t num_second, const char* key, size_t key_size, uint32_t* docids,
                                          uint8_t* teams, size_t* num_interleaved);

/* How many candidates the model was trained to rerank; 0 if `ranker` is null. */
IRGAN_C_API size_t irgan_depth(const irgan_ranker* ranker);

/* The version of the model that answered last, in hexadecimal digits; valid until the next call with this ranker. */
IRGAN_C_API const char* irgan_model_version(const irgan_ranker* ranker);

/* What the last call on this thread that failed had to say; valid until the next one. */
IRGAN_C_API const char* irgan_message(void);

/* Frees what irgan_open gave; null is allowed. */
IRGAN_C_API void irgan_close(irgan_ranker* ranker);

#ifdef __cplusplus
}
#endif

#endif /* IRGAN_IRGAN_H */
