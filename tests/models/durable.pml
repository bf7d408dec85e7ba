/* The commit protocol of docs/protocol.md, step by step: one mention and one
 * delay entry per item, messages, note, tail, sessions.
 *
 * Each atomic or d_step block is one commit or one read of the store. Between
 * any two of them others may go on, a process may die, or its session may be
 * fenced while it still runs.
 *
 * How versionstamps are modelled: nobody compares them but for "is it still the
 * one that I read?". So each entry has a mask with one bit per client: a read
 * sets the bit of who read, a write clears them all. That is exact, as no
 * versionstamp ever comes again, and it keeps the states few. `item@null` is
 * looked at as it is, since an absent entry may well come again.
 *
 * Messages are bits as well; a later one is a higher bit, as a later message
 * has a greater versionstamp. Wake-ups without message have bits too, though
 * the store keeps nothing for them: so the model sees whether they are answered.
 *
 * Size:  -DKEYS -DWORKERS -DPRODUCERS -DENQUEUES -DCRASHES -DFENCES -DLOST
 *        (lost replies) -DCANCELS -DDELETES
 * Parts: -DBARE (wake-ups without message) -DDELAY -DRETRY -DBURY -DRELEASE
 *        -DPAGE (a load, and a cancel, carries one message)
 * Mutations: each -DMUT_ below breaks one rule, and must be caught. */
#ifndef KEYS
#define KEYS 1
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef PRODUCERS
#define PRODUCERS 1
#endif
#ifndef ENQUEUES
#define ENQUEUES 2
#endif
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef FENCES
#define FENCES 0
#endif
#ifndef LOST
#define LOST 0
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#ifndef DELETES
#define DELETES 0
#endif

/* ---- what is checked; a mutation leaves one of these out ---------------- */

#ifdef MUT_ENQUEUE_NO_ITEM
#define ENQUEUE_ITEM true
#else
#define ENQUEUE_ITEM (state == NONE -> item[k].state == NONE : KNOWS_ITEM)
#endif
#ifdef MUT_ENQUEUE_NO_NOTE
#define ENQUEUE_NOTE true
#else
#define ENQUEUE_NOTE (state != RUNNING || KNOWS_NOTE)
#endif
#ifdef MUT_CLAIM_NO_SESSION
#define CLAIM_SESSION true
#else
#define CLAIM_SESSION HAS(live, session)
#endif
#ifdef MUT_SETTLE_NO_ITEM
#define SETTLE_ITEM true
#else
#define SETTLE_ITEM KNOWS_ITEM
#endif
#ifdef MUT_SETTLE_NO_TAIL
#define SETTLE_TAIL true
#else
#define SETTLE_TAIL KNOWS_TAIL
#endif
#ifdef MUT_SETTLE_NO_NOTE
#define SETTLE_NOTE true
#else
#define SETTLE_NOTE KNOWS_NOTE
#endif
#ifdef MUT_RECLAIM_NO_ITEM
#define RECLAIM_ITEM true
#else
#define RECLAIM_ITEM KNOWS_ITEM
#endif
#if defined(MUT_RECLAIM_NO_NOTE) || defined(MUT_RECLAIM_NO_ITEM)
#define RECLAIM_NOTE true
#else
#define RECLAIM_NOTE KNOWS_NOTE
#endif
#ifdef MUT_PROMOTE_NO_ITEM
#define PROMOTE_ITEM true
#else
#define PROMOTE_ITEM KNOWS_ITEM
#endif
#ifdef MUT_CANCEL_NO_ITEM
#define CANCEL_ITEM true
#else
#define CANCEL_ITEM KNOWS_ITEM
#endif
#define CANCEL_NOTE (state != RUNNING || KNOWS_NOTE)
#ifdef MUT_CANCEL_NO_TAIL
#define CANCEL_TAIL true
#elif defined(MUT_CANCEL_RUNNING_NO_TAIL)
#define CANCEL_TAIL (state == RUNNING || KNOWS_TAIL)
#else
#define CANCEL_TAIL KNOWS_TAIL
#endif
#ifdef MUT_DELETE_NO_ITEM
#define DELETE_ITEM true
#else
#define DELETE_ITEM KNOWS_ITEM
#endif
#define DELETE_NOTE (state != RUNNING || KNOWS_NOTE)
#ifdef MUT_PAGE_NO_ITEM
#define PAGE_ITEM true
#else
#define PAGE_ITEM KNOWS_ITEM
#endif

/* ---- the store ---------------------------------------------------------- */

/* NONE: the item is idle and has no entry. */
mtype = { NONE, QUEUED, DELAYED, BACKOFF, RUNNING, DELETING };
/* When a running item is due again, as its note says. */
mtype = { NEVER, LATER, NOW };
mtype = { COMPLETE, AGAIN, BURIED, RELEASED };

typedef Item {
  mtype state = NONE;
  byte session;         /* who runs it */
  byte n;               /* messages that it was last written with */
  byte tail;            /* messages that came since; n + tail wraps */
  byte messages;
  bool hasNote;
  mtype noteDue = NEVER;
  bool noteDelete;
  byte mentions;        /* in ready lists */
  byte delays;          /* entries in y */
  byte knowItem;        /* who has read it as it is now; so for the others */
  byte knowNote;
  byte knowTail;
  /* Not stored; what versionstamps tell, and what is promised. */
  byte older;           /* messages that came before the claim */
  byte wakes;           /* wake-ups without message that are owed */
  byte olderWakes;
  bool deleteOwed;      /* a deletion was accepted, and is not done */
  byte runs;            /* the sessions that run it, or think so */
}
Item item[KEYS];
chan ready = [KEYS + 1] of { byte };    /* the mentions, oldest first */

#define BIT(i) (1 << (i))
#define SESSIONS (WORKERS + CRASHES + FENCES)
byte sessions = WORKERS;        /* how many were opened */
byte live = BIT(WORKERS) - 1;   /* h[S] is there */
byte fenced;                    /* z[S] is there */
byte dead;                      /* its process is gone: no store knows */

/* ---- what has become of messages and wake-ups --------------------------- */

byte next;              /* the bit of the next one */
byte applied;           /* acknowledged, and in the context */
byte buried;            /* dead letters */
byte back;              /* handed to who cancelled */
byte deleted;           /* handed to who deleted */
byte told;              /* how many enqueues were answered as accepted */

byte enqueues = ENQUEUES;
byte crashes = CRASHES;
byte fences = FENCES;
byte lost = LOST;
byte cancels = CANCELS;
byte deletes = DELETES;
byte begun = ENQUEUES + CANCELS + DELETES;      /* calls not answered yet */

/* Clients, each with its bit. */
#define RECOVERER (WORKERS + PRODUCERS)
#define PROMOTER (RECOVERER + 1)
#define CANCELLER (RECOVERER + 2)
#define DELETER (RECOVERER + 3)

#define HAS(set, i) (((set) >> (i)) & 1)
#define KNOWS_ITEM HAS(item[k].knowItem, me)
#define KNOWS_NOTE HAS(item[k].knowNote, me)
#define KNOWS_TAIL HAS(item[k].knowTail, me)
#define LOWEST(set) ((set) & (0 - (set)))
#define ENDED (applied | buried | back | deleted)
#define COUNT(s) (((s) & 1) + HAS(s, 1) + HAS(s, 2) + HAS(s, 3) \
  + HAS(s, 4) + HAS(s, 5) + HAS(s, 6) + HAS(s, 7))
/* All bits up to the highest of a set. */
#define UP_TO(s) ((s) | ((s) >> 1) | ((s) >> 2) | ((s) >> 3) | ((s) >> 4) \
  | ((s) >> 5) | ((s) >> 6) | ((s) >> 7))

/* Reads of one instant. */
inline readItem() { item[k].knowItem = item[k].knowItem | BIT(me) }
inline readNote() { item[k].knowNote = item[k].knowNote | BIT(me) }
inline readTail() { item[k].knowTail = item[k].knowTail | BIT(me) }
/* Nothing that was read is looked at any more: fewer states. */
inline forget() {
  item[k].knowItem = item[k].knowItem & ~BIT(me);
  item[k].knowNote = item[k].knowNote & ~BIT(me);
  item[k].knowTail = item[k].knowTail & ~BIT(me)
}

/* Writes, as parts of a commit. */
inline writeItem(to) { item[k].state = to; item[k].knowItem = 0 }
inline writeTail(more) {
  item[k].tail = item[k].tail + more;
  item[k].knowTail = 0
}
inline deleteTail() { item[k].tail = 0; item[k].knowTail = 0 }
/* Every write to the note adds to the tail, if only 0. */
inline writeNote(when, doDelete, more) {
  item[k].hasNote = true; item[k].noteDue = when; item[k].noteDelete = doDelete;
  item[k].knowNote = 0;
#ifdef MUT_NOTE_NO_TAIL
  if :: more != 0 -> writeTail(more) :: else fi
#else
  writeTail(more)
#endif
}
inline deleteNote() {
  item[k].hasNote = false; item[k].noteDue = NEVER; item[k].noteDelete = false;
  item[k].knowNote = 0
}
inline mention() { ready!k; item[k].mentions++ }
inline delay() { item[k].delays++ }
/* Deleting what is not there does nothing. */
inline unmention() {
  if :: item[k].mentions > 0 -> ready??eval(k); item[k].mentions-- :: else fi
}
inline undelay() {
  if :: item[k].delays > 0 -> item[k].delays-- :: else fi
}
/* Out of its index, by what it was read as. */
inline unlist() {
  if
  :: state == QUEUED -> unmention()
  :: state == DELAYED || state == BACKOFF || state == DELETING -> undelay()
  :: else
  fi
}
inline put(place, set) { assert((ENDED & (set)) == 0); place = place | (set) }
/* The item is gone, with all that is its own but the context. */
inline deleteItem() {
  writeItem(NONE); deleteTail(); deleteNote();
  item[k].n = 0; item[k].session = 0;
  item[k].older = 0; item[k].olderWakes = 0
}
/* It runs no more. */
inline unclaim() {
  item[k].session = 0; item[k].older = 0; item[k].olderWakes = 0; deleteNote()
}

/* What holds after every commit. */
#define LISTED(s) (item[k].state == s)
inline sound() {
  assert(item[k].mentions == (item[k].state == QUEUED));
  assert(item[k].delays == (LISTED(DELAYED) || LISTED(BACKOFF) ||
    LISTED(DELETING)));
  assert(item[k].state == RUNNING || !item[k].hasNote);
  /* Never idle with messages, or with a wake-up that was promised. */
  assert(item[k].state != NONE ||
    (item[k].messages | item[k].wakes | item[k].tail) == 0);
  assert(item[k].state != NONE || !item[k].deleteOwed);
  assert(item[k].state == DELETING ||
    COUNT(item[k].messages) == (item[k].n + item[k].tail) % 256);
  /* Whoever is to recover it will find it. */
  assert(item[k].state != RUNNING ||
    HAS(live | fenced, item[k].session));
  assert(((item[k].messages | item[k].wakes) & ENDED) == 0)
}

inline chooseKey() {
#if KEYS > 1
  select(k : 0 .. KEYS - 1)
#else
  k = 0
#endif
}

/* ---- enqueue ------------------------------------------------------------ */

/* The call is answered. */
inline answered() {
  forget(); begun--;
  k = 0; isBare = false; isLater = false; isSeen = false;
  state = NONE; due = NEVER; add = 0
}

proctype Producer(byte me) {
  byte k;
  bool isBare, isLater;         /* without message; with a delay */
  bool isSeen;                  /* seen[id] is there: this one is in */
  mtype state = NONE;           /* of the item, as it was read */
  mtype due = NEVER;            /* of its note */
  byte add;                     /* how many messages come */
end:
  do
  :: atomic { enqueues > 0 -> enqueues--; chooseKey();
#ifdef BARE
       if :: isBare = true :: isBare = false fi;
#endif
#ifdef DELAY
       if :: isLater = true :: isLater = false fi;
#endif
again:
       readItem(); readNote();
       state = item[k].state; due = item[k].noteDue;
       if
       :: isSeen -> told++; answered(); goto end        /* duplicate */
       :: !isSeen && (state == DELETING || item[k].noteDelete) ->
          answered(); goto end                          /* refused */
       :: !isSeen && isBare && !item[k].noteDelete &&
          (state == QUEUED || state == BACKOFF ||
           (state == DELAYED && isLater) ||
           (state == RUNNING && (due == NOW || (due == LATER && isLater)))) ->
          /* Nothing is written: what was read proves a later start. */
          item[k].wakes = item[k].wakes | BIT(next); next++; told++;
          answered(); goto end
       :: else
       fi
     };
     atomic {
       if
       :: !ENQUEUE_ITEM || !ENQUEUE_NOTE -> forget(); goto again
       :: else
       fi;
#ifdef MUT_ENQUEUE_NO_ITEM
       if                       /* What it writes blindly may not make sense. */
       :: state == NONE && item[k].state != NONE -> state = QUEUED
       :: else
       fi;
#endif
       add = (isBare -> 0 : 1);
       if
       :: isBare -> item[k].wakes = item[k].wakes | BIT(next)
       :: else -> item[k].messages = item[k].messages | BIT(next)
       fi;
       next++;
       if
       :: state == NONE ->
          item[k].n = add;
          if
          :: isLater -> writeItem(DELAYED); delay()
          :: else -> writeItem(QUEUED); mention()
          fi
       :: state == QUEUED || state == BACKOFF -> writeTail(add)
       :: state == DELAYED && !isLater ->       /* Due at once, with all. */
          undelay(); item[k].n = item[k].n + add; writeItem(QUEUED); mention()
       :: state == DELAYED && isLater -> writeTail(add)
       :: state == DELAYED && isLater ->        /* The time changes. */
          item[k].n = item[k].n + add; writeItem(DELAYED)
       :: state == RUNNING && due == NEVER ->
          writeNote((isLater -> LATER : NOW), false, add)
       :: state == RUNNING && due == LATER && !isLater ->
          writeNote(NOW, false, add)
       :: state == RUNNING && due == LATER && isLater -> writeTail(add)
       :: state == RUNNING && due == LATER && isLater ->
          writeNote(LATER, false, add)          /* The time changes. */
       :: state == RUNNING && due == NOW -> writeTail(add)
       fi;
       sound();
       if
       :: told++; answered()
#if LOST > 0
       :: lost > 0 -> lost--;                   /* No answer comes. */
#ifndef MUT_ENQUEUE_BLIND
          if
          :: told++; answered(); goto end       /* The marker says: it is in. */
          :: skip               /* Or who asked is told "unknown", and tries */
          fi;
#ifndef MUT_ENQUEUE_NO_SEEN
          isSeen = true;                        /* again with the same id. */
#endif
#endif
          forget(); goto again
#endif
       fi
     }
  od
}

/* ---- claim, load, settle ------------------------------------------------ */

/* The run is over, for the worker. */
inline leave() {
  item[k].runs = item[k].runs & ~BIT(session); forget();
  k = 0; loaded = 0; hasNews = false; more = false;
  verdict = COMPLETE; due = NEVER; isDelete = false
}

proctype Worker(byte me) {
  byte k, loaded;
  byte session = me;
  bool hasNews, more;
  mtype verdict = COMPLETE;
  mtype due = NEVER;
  bool isDelete;
end:
  do
  :: atomic { !HAS(live, session) ->            /* renew said false */
opened:
       session = sessions; sessions++; assert(session < SESSIONS);
       live = live | BIT(session) }
  :: atomic { nempty(ready) -> ready?<k>; readItem() };
     atomic {                                   /* claim */
       if
       :: !KNOWS_ITEM || !CLAIM_SESSION -> leave(); goto end
       :: else
       fi;
       unmention(); writeItem(RUNNING); readItem(); readTail();
       item[k].session = session;
       /* No two runs under live leases. */
       assert((item[k].runs & live & ~BIT(session)) == 0);
       item[k].runs = item[k].runs | BIT(session);
       item[k].older = item[k].messages;
       item[k].olderWakes = item[k].wakes;
#ifdef MUT_CLAIM_BLIND
       if
       :: lost > 0 -> lost--; leave(); goto end
       :: true
       fi
#endif
#ifndef MUT_CLAIM_NO_SESSION
       sound()
#endif
     };
     if
#if CRASHES > 0
     :: atomic { crashes > 0 -> crashes--; goto crash }
#endif
     :: atomic {                                /* load: one snapshot */
          loaded = item[k].messages & item[k].older;
#ifdef PAGE
          more = (loaded != LOWEST(loaded));
          loaded = LOWEST(loaded);
#endif
          hasNews = item[k].hasNote || !KNOWS_TAIL;
          readTail() }
     fi;
#ifdef MUT_TWO_COMMITS
     atomic {                           /* The context goes by itself. */
       if
       :: !SETTLE_ITEM -> leave(); goto end
       :: else -> put(applied, loaded)
       fi
     };
     if :: true :: atomic { crashes > 0 -> crashes--; goto crash } fi;
#endif
     atomic {                           /* The callback has run. */
       if :: hasNews || more -> goto news :: else fi;
       /* settle: nothing came */
       if
       :: !SETTLE_ITEM || !SETTLE_TAIL -> goto news
       :: else
       fi;
       goto write
     };
news:
     atomic {                           /* settle: read note and tail again */
       if
       :: !SETTLE_ITEM -> leave(); goto end     /* lost: nothing is written */
       :: else
       fi;
       readNote(); readTail();
       due = item[k].noteDue; isDelete = item[k].noteDelete
     };
     atomic {
       if
       :: !SETTLE_ITEM || !SETTLE_NOTE -> goto news
       :: else
       fi;
#ifdef MUT_SETTLE_FORGETS_NOTE
       due = NEVER;
#endif
write:
       if
       :: verdict = COMPLETE
#ifdef RETRY
       :: verdict = AGAIN
#endif
#ifdef BURY
       :: verdict = BURIED
#endif
#ifdef RELEASE
       :: verdict = RELEASED
#endif
       fi;
#ifdef MUT_RELEASE_FORGETS_NOTE
       if :: verdict == RELEASED -> isDelete = false :: else fi;
#endif
       if
       :: !SETTLE_TAIL && !isDelete && !more && due == NEVER &&
          (verdict == COMPLETE || verdict == BURIED) ->
          goto news                             /* Going idle: tail as well. */
       :: else
       fi;
       /* Only who holds the item gets here. */
       assert(item[k].state == RUNNING && item[k].session == session);
       assert(((item[k].messages & ~loaded) & UP_TO(loaded)) == 0); /* Order. */
       if
       :: verdict == COMPLETE ->
#ifndef MUT_TWO_COMMITS
          put(applied, loaded);
#endif
          put(applied, item[k].olderWakes)
       :: verdict == BURIED ->
#ifdef MUT_BURY_NEWER
          loaded = item[k].messages;
#endif
          put(buried, loaded); put(buried, item[k].olderWakes)
       :: else
       fi;
       /* Nothing but what came before the claim. */
       assert((loaded & ~item[k].older) == 0);
       if
       :: verdict == COMPLETE || verdict == BURIED ->
          item[k].messages = item[k].messages & ~loaded;
          item[k].n = item[k].n - COUNT(loaded);
          item[k].wakes = item[k].wakes & ~item[k].olderWakes
       :: else
       fi;
       unclaim();
       if
       :: isDelete ->           /* What came meanwhile becomes a dead letter. */
          writeItem(DELETING); delay()
       :: !isDelete && verdict == AGAIN -> writeItem(BACKOFF); delay()
       :: !isDelete && verdict == RELEASED -> writeItem(QUEUED); mention()
       :: !isDelete && (verdict == COMPLETE || verdict == BURIED) ->
          if
          :: more || due == NOW -> writeItem(QUEUED); mention()
          :: !more && due == LATER -> writeItem(DELAYED); delay()
          :: !more && due == NEVER -> deleteItem()
          fi
       fi;
       sound(); leave()
     }
  od;
crash:
  atomic {              /* kill -9; a new process opens a new session */
    dead = dead | BIT(session); leave(); goto opened
  }
}

/* ---- fence and reclaim -------------------------------------------------- */

#define RUNS(k, S) (item[k].state == RUNNING && item[k].session == S)
#define LOST_RUN(k) (item[k].state == RUNNING && HAS(fenced, item[k].session))
#if KEYS == 1
#define HOLDS(S) RUNS(0, S)
#define LOSES LOST_RUN(0)
#define QUIET (item[0].state == NONE)
#define WAITS (item[0].delays)
#else
#define HOLDS(S) (RUNS(0, S) || RUNS(1, S))
#define LOSES (LOST_RUN(0) || LOST_RUN(1))
#define QUIET (item[0].state == NONE && item[1].state == NONE)
#define WAITS (item[0].delays || item[1].delays)
#endif

proctype Recoverer(byte me) {
  byte S, k;
  bool isDelete;
end:
  do
  :: atomic { live & dead ->            /* The beat has stood for a lease. */
       do :: !HAS(live & dead, S) -> S++ :: else -> break od;
       live = live & ~BIT(S); fenced = fenced | BIT(S); S = 0 }
  :: atomic { fences > 0 && (live & ~dead) ->   /* A pause, a jump of clocks */
       fences--; select(S : 0 .. SESSIONS - 1);
       if
       :: HAS(live & ~dead, S) ->
          live = live & ~BIT(S); fenced = fenced | BIT(S)
       :: else -> fences++
       fi; S = 0 }
  :: atomic { fenced ->                 /* No list is left: z goes. */
       select(S : 0 .. SESSIONS - 1);
       if
       :: HAS(fenced, S) && !HOLDS(S) -> fenced = fenced & ~BIT(S)
       :: else
       fi; S = 0 }
  :: atomic { LOSES -> chooseKey();
       if :: LOST_RUN(k) :: else -> k = 0; goto end fi;
       readItem(); readNote(); isDelete = item[k].noteDelete };
     atomic {                           /* reclaim */
       if
       :: RECLAIM_ITEM && RECLAIM_NOTE ->
          unclaim();
#ifdef MUT_RECLAIM_FORGETS_NOTE
          isDelete = false;
#endif
          if
          :: isDelete -> writeItem(DELETING); delay()
          :: else -> writeItem(QUEUED); mention()
          fi;
          sound()
       :: else
       fi;
       forget(); k = 0; isDelete = false }
  od
}

/* ---- promote, and the end of a deletion --------------------------------- */

/* Messages in pages, to the place where they go, then the item. Several may be
 * at it: each page gives the item a new version, so nobody takes one twice. */
inline endDeletion(place) {
  do
  :: atomic { x = LOWEST(item[k].messages);     /* Reads a page. */
#ifdef MUT_DELETE_LEAVES
       x = 0;
#endif
       if :: x == 0 -> break :: else fi };
     atomic {
       if :: !PAGE_ITEM -> goto refused :: else fi;
       put(place, x); item[k].messages = item[k].messages & ~x; x = 0;
#ifndef MUT_PAGE_NO_ITEM
       writeItem(DELETING); readItem()
#endif
     }
#if CRASHES > 0
  :: atomic { crashes > 0 -> crashes--; goto stopped }
#endif
  od;
  atomic {
    if :: !KNOWS_ITEM -> goto refused :: else fi;
    undelay(); deleteItem();
    put(place, item[k].wakes); item[k].wakes = 0;
    item[k].deleteOwed = false; sound();
    goto stopped
  };
refused:
  atomic {                              /* Is it still there to be deleted? */
    forget(); x = 0; readItem();
    if :: item[k].state == DELETING -> goto ending :: else fi
  }
}

proctype Promoter(byte me) {
  byte k, x;
  mtype state = NONE;
end:
  do
  :: atomic { WAITS -> chooseKey();
       if :: item[k].delays :: else -> k = 0; goto end fi;
       readItem(); state = item[k].state };
     if
     :: state == DELETING
     :: else ->
        atomic {
          if
          :: PROMOTE_ITEM -> undelay(); writeItem(QUEUED); mention(); sound()
          :: else
          fi;
          goto stopped }
     fi;
ending:
     /* Nobody is left to take the messages back. */
     endDeletion(buried);
stopped:
     atomic { forget(); k = 0; x = 0; state = NONE }
  od
}

/* ---- cancel ------------------------------------------------------------- */

proctype Canceller(byte me) {
  byte k, x;
  mtype state = NONE;
  bool isDelete, isPart;
end:
  do
  :: atomic { cancels > 0 -> cancels--; chooseKey();
again:
       readItem(); state = item[k].state;
       if :: state == NONE || state == DELETING -> goto over :: else fi };
     atomic {                   /* Note, tail and messages: one snapshot. */
       readNote(); readTail(); isDelete = item[k].noteDelete;
       x = item[k].messages & ~item[k].older;
#ifdef PAGE
       if
       :: state != RUNNING -> isPart = (x != LOWEST(x)); x = LOWEST(x)
       :: else
       fi
#endif
     };
     atomic {
       if
       :: !CANCEL_ITEM || !CANCEL_NOTE || !CANCEL_TAIL -> forget(); goto again
       :: else
       fi;
       put(back, x); item[k].messages = item[k].messages & ~x;
       put(back, item[k].wakes & ~item[k].olderWakes);
       item[k].wakes = item[k].wakes & item[k].olderWakes;
       if
       :: state == RUNNING ->
          writeNote(NEVER, isDelete, 0 - COUNT(x)); sound()
       :: state != RUNNING && isPart ->
          /* More than a commit can carry: queued again with the rest. */
          unlist(); item[k].n = item[k].n - COUNT(x);
          writeItem(QUEUED); mention(); sound(); forget(); goto again
       :: else -> unlist(); deleteItem(); sound()
       fi;
over:
       forget(); begun--;
       k = 0; x = 0; state = NONE; isDelete = false; isPart = false }
  od
}

/* ---- delete ------------------------------------------------------------- */

proctype Deleter(byte me) {
  byte k, x;
  mtype state = NONE;
  mtype due = NEVER;
end:
  do
  :: atomic { deletes > 0 -> deletes--; chooseKey();
again:
       readItem(); readNote(); state = item[k].state; due = item[k].noteDue;
       if :: state == NONE || state == DELETING -> goto stopped :: else fi };
     atomic {
       if
       :: !DELETE_ITEM || !DELETE_NOTE -> forget(); goto again
       :: else
       fi;
       item[k].deleteOwed = true;
       if
       :: state == RUNNING -> writeNote(due, true, 0); sound(); goto stopped
       :: else ->
          unlist(); writeItem(DELETING); readItem(); delay(); sound();
          state = DELETING; due = NEVER
       fi };
ending:
     endDeletion(deleted);
stopped:
     atomic { forget(); begun--; k = 0; x = 0; state = NONE; due = NEVER }
  od
}

/* ---- all of it ---------------------------------------------------------- */

init {
  byte i;
  atomic {
    do :: i < WORKERS -> run Worker(i); i++ :: else -> i = 0; break od;
    do
    :: i < PRODUCERS -> run Producer(WORKERS + i); i++
    :: else -> i = 0; break
    od;
#if CRASHES + FENCES > 0
    run Recoverer(RECOVERER);
#endif
#if defined(DELAY) || defined(RETRY) || DELETES > 0
    run Promoter(PROMOTER);
#endif
#if CANCELS > 0
    run Canceller(CANCELLER);
#endif
#if DELETES > 0
    run Deleter(DELETER);
#endif
  };
  /* All calls are answered and nothing is owed. When this never comes true,
   * something is stuck: an invalid end state. */
  atomic {
    begun == 0 && QUIET ->
    assert(ENDED == BIT(next) - 1);     /* Each in exactly one place, */
    assert(told == next)                /* and none that nobody asked for. */
  }
}
