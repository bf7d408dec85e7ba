/* The chain of commits of one store object (fact 5 of docs/protocol.md): each
 * commit checks the marker of the lane and sets it, and the marker says what
 * became of a commit of which no answer came.
 *
 * The step is an enqueue, whose own check is the one that can come true again:
 * `item@null`. Attempts travel: an answer may get lost, or the attempt may
 * arrive late, long after the store object has gone on.
 *
 * -DSTEPS  how many enqueues, one after the other
 * -DLOST   how many attempts get no answer; what they do may come late
 * -DOTHERS how often other processes make the item ready and run it
 * -DRESEND the client sends an attempt again by itself, so that a copy of it
 *          may arrive after the answer
 * -DMUT_   mutations, as below */
#ifndef STEPS
#define STEPS 2
#endif
#ifndef LOST
#define LOST 1
#endif
#ifndef OTHERS
#define OTHERS 1
#endif
#define FLIGHTS (LOST + 1)

/* What who asked was told. */
mtype = { YES, NO, NOTHING };
mtype = { WAITS, DONE, REFUSED, UNKNOWN };
mtype answer[STEPS] = WAITS;
byte landed[STEPS];             /* how often it has happened */

/* The store: the marker, and one item, which is there or idle. */
byte marker;                    /* the number of the last commit */
bool isThere;

/* Attempts on their way. What they know is cleared by a write, as in
 * durable.pml. */
typedef Flight {
  bool isUsed;
  byte number;
  byte step;
  bool isEmpty;                 /* only moves the marker on */
  bool onAbsent;                /* drafted while the item was not there */
  bool knowsMarker;
  bool knowsItem;
}
Flight flight[FLIGHTS];
bool knowsMarker;               /* the store object itself */
bool knowsItem;

byte lost = LOST;
byte others = OTHERS;
byte f;                         /* for loops inside of one commit */

inline forgetItem() {
  knowsItem = false; f = 0;
  do
  :: f < FLIGHTS -> flight[f].knowsItem = false; f++
  :: else -> f = 0; break
  od
}
inline forgetMarker() {
  knowsMarker = false; f = 0;
  do
  :: f < FLIGHTS -> flight[f].knowsMarker = false; f++
  :: else -> f = 0; break
  od
}
#ifdef MUT_NO_MARKER_CHECK
#define MARKER(i) true
#else
#define MARKER(i) flight[i].knowsMarker
#endif
#define OWN(i) (flight[i].onAbsent -> !isThere : flight[i].knowsItem)

/* The store gets an attempt: it happens as a whole, or not at all. */
inline arrive(i, isOk) {
  isOk = MARKER(i) && (flight[i].isEmpty || OWN(i));
  if
  :: isOk ->
     marker = flight[i].number; forgetMarker();
     if
     :: !flight[i].isEmpty ->
        landed[flight[i].step]++;
        assert(landed[flight[i].step] == 1);            /* never twice, */
        assert(answer[flight[i].step] != REFUSED);      /* nor after a no */
        if :: !isThere -> isThere = true; forgetItem() :: else fi
     :: else
     fi
  :: else
  fi
}
inline clear(i) {
  flight[i].isUsed = false; flight[i].number = 0; flight[i].step = 0;
  flight[i].isEmpty = false; flight[i].onAbsent = false;
  flight[i].knowsMarker = false; flight[i].knowsItem = false
}

/* Sends an attempt; an answer may come. */
inline send(onlyMarker) {
  atomic {
    i = 0;
    do :: i < FLIGHTS && flight[i].isUsed -> i++ :: else -> break od;
    assert(i < FLIGHTS);
    flight[i].isUsed = true; flight[i].number = number; flight[i].step = step;
    flight[i].isEmpty = onlyMarker; flight[i].onAbsent = isAbsent;
    flight[i].knowsMarker = knowsMarker; flight[i].knowsItem = knowsItem;
    if
    :: arrive(i, isOk);
       if
       :: isOk -> knowsMarker = true; clear(i); said = YES
       :: !isOk -> clear(i); said = NO
       fi
    :: lost > 0 -> lost--; said = NOTHING            /* It may come late. */
#ifdef RESEND
    :: lost > 0 -> lost--; arrive(i, isOk);     /* The answer is that of a */
       if :: isOk -> clear(i) :: else fi;       /* copy; the other may come */
       said = NO                                /* late. */
#endif
    fi
  }
}

active proctype StoreObject() {
  byte step, number, i;
  bool isAbsent, isOk;
  bool isOpen;                  /* Has an attempt got no answer? */
  bool isLate;                  /* Has it given up? */
  mtype said = NOTHING;
  do
  :: step < STEPS ->
draft:
     atomic { number++; isAbsent = !isThere; knowsItem = true };
look:
     atomic {                   /* Reads the marker: did it happen? */
       knowsMarker = true;
#ifndef MUT_BLIND
       if :: marker == number -> answer[step] = DONE; goto next :: else fi
#endif
     };
     send(false);
     if
     :: said == YES -> goto done
     :: said == NOTHING -> goto none
     :: said == NO
     fi;
     atomic {                   /* A check failed: whose? */
       if :: marker == number -> answer[step] = DONE; goto next :: else fi;
       if
       :: !knowsMarker -> goto look             /* That of the marker. */
       :: else                                  /* Its own: a new draft. */
       fi
     };
     /* Before that, an attempt that may still be on its way must be over. */
#ifdef MUT_REFUSED_EARLY
     goto draft;
#endif
#if !defined(RESEND) || defined(MUT_RESEND_TRUSTED)
     if :: !isOpen -> goto draft :: else fi;
#endif
     goto moveOn;
none:
     atomic {
       isOpen = true;
       if
       :: goto look             /* It tries again, */
       :: isLate = true         /* or has tried for too long. */
       fi
     };
     atomic {                   /* Gives up: has it happened? */
       knowsMarker = true;
       if :: marker == number -> answer[step] = DONE; goto next :: else fi
     };
moveOn:
#ifdef MUT_GIVE_UP_EARLY
     answer[step] = REFUSED; goto next;
#endif
     number++;
     send(true);
     if
     :: said == YES
     :: said != YES -> goto unknown
     fi;
over:
     atomic {                   /* What did not happen never will. */
       if
       :: isLate -> answer[step] = REFUSED; goto next
       :: !isLate -> isOpen = false; goto draft
       fi
     };
unknown:
     atomic {                   /* By what it was called, or moved on itself. */
       knowsMarker = true;
       if
       :: marker == number - 1 -> answer[step] = DONE; goto next
       :: marker == number -> goto over
       :: marker != number - 1 && marker != number && isLate ->
          answer[step] = UNKNOWN; goto next
       :: marker != number - 1 && marker != number && !isLate ->
          number--; goto moveOn
       fi
     };
done:
     answer[step] = DONE;
next:
     atomic {
       assert(answer[step] != DONE || landed[step] == 1);
       assert(answer[step] != REFUSED || landed[step] == 0);
       step++; i = 0; isOk = false; isLate = false; isOpen = false;
       isAbsent = false; said = NOTHING
     }
  :: else -> break
  od
}

/* What travels arrives at last, or never. */
active proctype Network() {
  byte i;
  bool isOk;
end:
  do
  :: atomic {
       select(i : 0 .. FLIGHTS - 1);
       if
       :: flight[i].isUsed -> arrive(i, isOk); clear(i)
       :: else
       fi;
       i = 0; isOk = false }
  od
}

/* Other processes: the item becomes ready, and is run and idle again. */
active proctype Others() {
end:
  do
  :: atomic { others > 0 && !isThere -> others--; isThere = true; forgetItem() }
  :: atomic { isThere -> isThere = false; forgetItem() }
  od
}
