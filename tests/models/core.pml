/* The scheduler actor of src/core/engine.ts in memory: items that coalesce
 * wake-ups, a ready queue, bounded executors, flush.
 *
 * Each atomic block is one synchronous stretch of JavaScript; what lies between
 * two of them is an await.
 *
 * -DITEMS -DBOUND (runs in flight) -DENQUEUES
 * -DMUT_ mutations, as below */
#ifndef ITEMS
#define ITEMS 3
#endif
#ifndef BOUND
#define BOUND 2
#endif
#ifndef ENQUEUES
#define ENQUEUES 3
#endif

byte written[ITEMS];            /* enqueues so far */
byte served[ITEMS];             /* those that the last ended run began after */
bool ready[ITEMS];              /* it stands in the ready queue */
bool running[ITEMS];
bool again[ITEMS];              /* one more run is owed when this one ends */
chan queue = [ITEMS + 1] of { byte };
byte inFlight;
byte left = ENQUEUES;
bool hasFlushed;

inline makeReady(i) { ready[i] = true; assert(nfull(queue)); queue!i }

active [2] proctype Caller() {
  byte i;
end:
  do
  :: atomic { left > 0 ->
       left--; select(i : 0 .. ITEMS - 1); written[i]++;
       if
       :: ready[i]                              /* coalesced */
       :: !ready[i] && running[i] ->            /* rerun */
#ifndef MUT_LOST
          again[i] = true
#else
          skip
#endif
       :: else -> makeReady(i)
       fi;
       i = 0 }
  od
}

#ifdef MUT_BOUND
#define HAS_ROOM true
#else
#define HAS_ROOM (inFlight < BOUND)
#endif

/* One more than the bound, so that the bound is put to the test. */
active [BOUND + 1] proctype Executor() {
  byte i, seen;
end:
  do
  :: atomic { nempty(queue) && HAS_ROOM ->
       queue?i; assert(!running[i]);            /* never overlaps itself */
#ifndef MUT_CLEAR_LATE
       ready[i] = false;                        /* freed before the callback */
#endif
       running[i] = true; inFlight++; assert(inFlight <= BOUND);
       seen = written[i] };
     atomic {                                   /* the callback has settled */
#ifdef MUT_CLEAR_LATE
       ready[i] = false;
#endif
       running[i] = false; inFlight--; served[i] = seen;
       if
       :: again[i] -> again[i] = false; makeReady(i)
       :: else
       fi;
       i = 0; seen = 0 }
  od
}

#ifdef MUT_FLUSH
#define ANSWERED (!ready[0] && !again[0])
#else
#define ANSWERED (!ready[0] && !again[0] && !running[0])
#endif

/* Resolves when a run has ended that began after all that came before. */
active proctype Flusher() {
  byte wanted;
  atomic { wanted = written[0] };
  atomic { ANSWERED -> assert(served[0] >= wanted); hasFlushed = true }
}

/* At last all is served; if this never comes true, something is stuck. */
active proctype Monitor() {
  byte i;
  atomic {
    left == 0 && hasFlushed && empty(queue) && inFlight == 0 ->
    do
    :: i < ITEMS -> assert(served[i] == written[i]); i++
    :: else -> break
    od
  }
}
