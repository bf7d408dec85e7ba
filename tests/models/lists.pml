/* The lists that items share, of docs/protocol.md: items that become ready in
 * one commit stand in one ready list `r`, and items that one commit claims in
 * one list `l` of their session. durable.pml has one entry per item instead,
 * and everything else.
 *
 * What a client knows is a bit that a write clears, as in durable.pml. A list
 * keeps its place among the others for as long as there is something in it.
 *
 * -DKEYS -DCLAIMERS -DENQUEUES (commits that enqueue) -DCRASHES -DFENCES
 * -DAGAIN (runs that leave the item due again) -DCANCELS
 * -DMUT_ mutations, as below */
#ifndef KEYS
#define KEYS 2
#endif
#ifndef CLAIMERS
#define CLAIMERS 2
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
#ifndef AGAIN
#define AGAIN 0
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#define BIT(i) (1 << (i))
#define SESSIONS (CLAIMERS + CRASHES + FENCES)
#define PLACES KEYS
#define BATCHES 2
#define RECOVERER CLAIMERS
#define CANCELLER (CLAIMERS + 1)

mtype = { NONE, QUEUED, RUNNING };
typedef Item {
  mtype state = NONE;
  byte place;           /* of the ready list that is of its versionstamp */
  byte session;
  byte batch;           /* of the claim that is of its versionstamp */
  byte know;
}
Item item[KEYS];

typedef Ready { byte keys; byte know; }
Ready list[PLACES];
chan order = [PLACES] of { byte };      /* the places in use, oldest first */

typedef Claimed { byte keys[BATCHES]; }
Claimed claimed[SESSIONS];              /* l[S, vs] */

byte sessions = CLAIMERS;
byte live = BIT(CLAIMERS) - 1;
byte fenced, dead;
byte enqueues = ENQUEUES;
byte crashes = CRASHES;
byte fences = FENCES;
byte again = AGAIN;
byte cancels = CANCELS;
byte p, q;                              /* for loops inside of one commit */

#define HAS(set, i) (((set) >> (i)) & 1)
#define LOWEST(set) ((set) & (0 - (set)))
#define ALL (BIT(KEYS) - 1)

inline writeItem(k, to) { item[k].state = to; item[k].know = 0 }

/* What holds after every commit. */
inline sound() {
  d_step {
    p = 0;
    do
    :: p < KEYS ->
       assert(item[p].state != QUEUED || HAS(list[item[p].place].keys, p));
       assert(item[p].state != RUNNING ||
         (HAS(claimed[item[p].session].keys[item[p].batch], p) &&
          HAS(live | fenced, item[p].session)));
       q = 0;
       do                       /* One mention, where its version says. */
       :: q < PLACES ->
          assert(!HAS(list[q].keys, p) ||
            (item[p].state == QUEUED && item[p].place == q));
          q++
       :: else -> q = 0; break
       od;
       p++
    :: else -> p = 0; break
    od
  }
}

/* All items of a set become ready, in one new list. */
inline makeReady(set) {
  p = 0;
  do :: list[p].keys != 0 -> p++ :: else -> break od;
  list[p].keys = set; order!p; q = 0;
  do
  :: q < KEYS ->
     if
     :: HAS(set, q) -> writeItem(q, QUEUED); item[q].place = p
     :: else
     fi;
     q++
  :: else -> q = 0; break
  od;
  p = 0
}

/* Writes what is left of a list, or deletes it. */
inline rewrite(place, rest) {
  list[place].keys = rest; list[place].know = 0;
  if
  :: (rest) == 0 -> order??eval(place)
  :: else
  fi
}
#ifdef MUT_LIST_NO_CHECK
#define LIST(place) true
#else
#define LIST(place) HAS(list[place].know, me)
#endif

/* ---- enqueue ------------------------------------------------------------ */

#define IDLE(k) ((item[k].state == NONE) << (k))
#if KEYS == 2
#define IDLES (IDLE(0) | IDLE(1))
#else
#define IDLES (IDLE(0) | IDLE(1) | IDLE(2))
#endif

/* Enqueues of several keys share a commit. durable.pml has what they check. */
active proctype Producer() {
  byte set;
end:
  do
  :: atomic { enqueues > 0 && IDLES != 0 ->
       enqueues--;
       if
       :: set = LOWEST(IDLES)
       :: set = IDLES
       fi;
       makeReady(set); set = 0; sound() }
  od
}

/* ---- claim and settle --------------------------------------------------- */

/* Does it know all items of a set? To q. */
inline knowsAll(set) {
  p = 0; q = true;
  do
  :: p < KEYS ->
     if :: HAS(set, p) && !HAS(item[p].know, me) -> q = false :: else fi; p++
  :: else -> p = 0; break
  od
}
inline learn(set) {
  p = 0;
  do
  :: p < KEYS ->
     if :: HAS(set, p) -> item[p].know = item[p].know | BIT(me) :: else fi; p++
  :: else -> p = 0; break
  od
}
inline forget() {
  p = 0;
  do :: p < KEYS -> item[p].know = item[p].know & ~BIT(me); p++
  :: else -> p = 0; break od;
  do :: p < PLACES -> list[p].know = list[p].know & ~BIT(me); p++
  :: else -> p = 0; break od
}

/* Reads the list at the head, and takes one or all of it. */
inline readHead(place, whole, set) {
  list[place].know = list[place].know | BIT(me);
  whole = list[place].keys;
  if :: set = LOWEST(whole) :: set = whole fi;
  learn(set)
}

proctype Claimer(byte me) {
  byte session = me;
  byte batch, mine, set, isAll;
  byte place1, whole1, take1, place2, whole2, take2;
end:
  do
  :: atomic { !HAS(live, session) ->
opened:
       session = sessions; sessions++; assert(session < SESSIONS);
       live = live | BIT(session) }
  :: atomic { nempty(order) &&
       (claimed[session].keys[0] == 0 || claimed[session].keys[1] == 0) ->
       order?<place1>; readHead(place1, whole1, take1);
       if                       /* There is room for more: the next list. */
       :: take1 == whole1 && len(order) > 1 ->
          order?place1; order?<place2>; order!place1;
          readHead(place2, whole2, take2);
          q = 1;                /* Turn the order back. */
          do
          :: q < len(order) -> order?p; order!p; q++
          :: else -> p = 0; q = 0; break
          od
       :: true
       fi };
     atomic {                   /* claim */
       mine = take1 | take2; knowsAll(mine); isAll = q; q = 0;
       if
       :: isAll && HAS(live, session) && LIST(place1) &&
          (take2 == 0 || LIST(place2)) ->
          /* The longest ready first. */
          order?<p>; assert(p == place1 || take1 == 0); p = 0;
          rewrite(place1, whole1 & ~take1);
          if :: take2 != 0 -> rewrite(place2, whole2 & ~take2) :: else fi;
          batch = (claimed[session].keys[0] == 0 -> 0 : 1);
          claimed[session].keys[batch] = mine;
          do
          :: p < KEYS ->
             if
             :: HAS(mine, p) ->
                writeItem(p, RUNNING); item[p].session = session;
                item[p].batch = batch; item[p].know = BIT(me);
                item[p].place = 0
             :: else
             fi;
             p++
          :: else -> p = 0; break
          od;
          sound()
       :: else -> forget(); mine = 0
       fi;
       isAll = 0; place1 = 0; whole1 = 0; take1 = 0;
       place2 = 0; whole2 = 0; take2 = 0 };
     do                         /* The runs end, by and by or together. */
     :: mine != 0 ->
        if
        :: true
#if CRASHES > 0
        :: atomic { crashes > 0 -> crashes--; goto crash }
#endif
        fi;
        atomic {                /* settle */
          if :: set = LOWEST(mine) :: set = mine fi;
          mine = mine & ~set; knowsAll(set); isAll = q; q = 0;
          if
          :: isAll && again > 0 -> again--; makeReady(set)
          :: isAll ->
             do
             :: p < KEYS ->
                if :: HAS(set, p) -> writeItem(p, NONE) :: else fi; p++
             :: else -> p = 0; break
             od
          :: !isAll && set != LOWEST(set) ->
             mine = mine | set  /* A group that is refused is halved. */
          :: !isAll && set == LOWEST(set)       /* lost */
          fi;
          do                    /* What it has settled it holds no more. */
          :: p < KEYS ->
             if
             :: HAS(set, p) && !HAS(mine, p) ->
                item[p].know = item[p].know & ~BIT(me);
                if
                :: item[p].state != RUNNING -> item[p].session = 0;
                   item[p].batch = 0
                :: else
                fi
             :: else
             fi;
             p++
          :: else -> p = 0; break
          od;
          set = 0; isAll = 0; sound() };
#ifdef MUT_TIDY_EARLY
        if :: true -> claimed[session].keys[batch] = 0 :: true fi
#endif
     :: mine == 0 -> break
     od;
     if
     :: true
#if CRASHES > 0
     :: atomic { crashes > 0 -> crashes--; goto crash }
#endif
     fi;
     batch = 0
  :: atomic { claimed[session].keys[0] != 0 ->  /* All of it has ended: tidy */
       claimed[session].keys[0] = 0 }           /* up, at some time. */
  :: atomic { claimed[session].keys[1] != 0 -> claimed[session].keys[1] = 0 }
  od;
crash:
  atomic {
    dead = dead | BIT(session); forget(); mine = 0; batch = 0;
    goto opened
  }
}

/* ---- fence and reclaim -------------------------------------------------- */

proctype Recoverer(byte me) {
  byte S, b, k, set;
end:
  do
  :: atomic { live & dead ->
       do :: S < SESSIONS && !HAS(live & dead, S) -> S++ :: else -> break od;
       live = live & ~BIT(S); fenced = fenced | BIT(S); S = 0 }
  :: atomic { fences > 0 && (live & ~dead) -> fences--;
       select(S : 0 .. SESSIONS - 1);
       if
       :: HAS(live & ~dead, S) ->
          live = live & ~BIT(S); fenced = fenced | BIT(S)
       :: else -> fences++
       fi; S = 0 }
  :: atomic { fenced ->
       do :: S < SESSIONS && !HAS(fenced, S) -> S++ :: else -> break od };
     b = 0;
     do
     :: b < BATCHES ->
        atomic {                /* Which of them still have that version? */
          set = 0; k = 0;
          do
          :: k < KEYS ->
             if
             :: HAS(claimed[S].keys[b], k) && item[k].state == RUNNING &&
                item[k].session == S && item[k].batch == b ->
                set = set | BIT(k)
             :: else
             fi;
             k++
          :: else -> k = 0; break
          od;
          learn(set) };
        atomic {                /* reclaim: some of them, or all */
          knowsAll(set); k = q; q = 0;
          if
          :: set != 0 && k -> makeReady(set)
          :: set != 0 && k ->
             set = LOWEST(set); makeReady(set)
#ifdef MUT_RECLAIM_DROPS_LIST
             ; claimed[S].keys[b] = 0
#endif
          :: set == 0 -> claimed[S].keys[b] = 0; b++    /* The list is done. */
          :: else
          fi;
          set = 0; k = 0; forget(); sound() }
#ifdef MUT_END_EARLY
     :: b > 0 -> break
#endif
     :: else -> break
     od;
     atomic { fenced = fenced & ~BIT(S); S = 0; b = 0 }
  od
}

/* ---- cancel, or a deletion: takes one item out of its list -------------- */

proctype Canceller(byte me) {
  byte k, place, rest;
end:
  do
  :: atomic { cancels > 0 ->
       cancels--; select(k : 0 .. KEYS - 1);
       if :: item[k].state == QUEUED :: else -> k = 0; goto end fi;
       item[k].know = item[k].know | BIT(me); place = item[k].place };
     atomic {
       list[place].know = list[place].know | BIT(me);
       rest = list[place].keys & ~BIT(k) };
     atomic {
       if
       :: HAS(item[k].know, me) && LIST(place) ->
          rewrite(place, rest); writeItem(k, NONE); item[k].place = 0
       :: else
       fi;
       forget(); k = 0; place = 0; rest = 0; sound() }
  od
}

init {
  byte i;
  atomic {
    do :: i < CLAIMERS -> run Claimer(i); i++ :: else -> i = 0; break od;
#if CRASHES + FENCES > 0
    run Recoverer(RECOVERER);
#endif
#if CANCELS > 0
    run Canceller(CANCELLER);
#endif
  };
  enqueues == 0 && IDLES == ALL         /* else something is stuck */
}
