/** The state × operation table of DESIGN.md §3 as data, for items that take
 * messages, time and failure; ../kinds_table_test.ts makes a test of each line.
 *
 * What happens in each: at 0 ms the item is brought into the state, and the
 * operation is done. A run lasts 20 ms and succeeds. At 60 ms suspensions and
 * the scheduler are resumed and cleanups end; at 300 ms `reset()` ends a hold.
 *
 * The message of the run in flight is `a` (it also is the one that failed, in
 * backoff and hold), the one that waits is `b`, with a delay of 100 ms where
 * the state says so, and the operation's own is `m`. A backoff lasts 140 ms. */

/**
 * `state  answer → state after; runs; where else messages ended`
 *
 * An answer of a promise has its time, as `resolves@20`. A run is written
 * `#2@140/2 a,m`: second of its item, begun at 140 ms, attempt 2, handed `a`
 * and `m`; `#1!@0 a` has failed. `aborts`: the signal of run 1 has aborted.
 * `gone` is `deleted` for an item, and `idle` for a key; `closed` is `deleted`,
 * for a key `deleting` until the scheduler's end has got to it.
 *
 * A line with tags, as `[skip]` or `[plain kind]`, replaces, for that
 * `whenRunning`, for items without options (`plain`) or for kinds, the one
 * without; one with more tags that with fewer. A later line replaces an earlier
 * one of the same name.
 */
export const TABLE = `
enqueue
  idle                     queued → queued; #1@0 m
  delayed                  coalesced → queued; #1@0 b,m
  delayed [skip]           skipped → delayed; #1@100 b
  queued                   coalesced → queued; #1@0 b,m
  queued [skip]            skipped → queued; #1@0 b
  paused+queued            coalesced → queued; #1@60 b,m
  paused+queued [skip]     skipped → queued; #1@60 b
  running                  rerun → running+owed; #1@0 a; #2@20 m
  running [overlap]        queued → running+owed; #1@0 a; #2@0 m
  running [restart]        rerun, aborts → running+owed; #1@0 a; #2@20 m
  running [skip]           skipped → running; #1@0 a
  running+delayed          coalesced → running+owed; #1@0 a; #2@20 b,m
  running+delayed [overlap] coalesced → running+owed; #1@0 a; #2@0 b,m
  running+delayed [restart] coalesced, aborts → running+owed; #1@0 a; #2@20 b,m
  running+owed             coalesced → running+owed; #1@0 a; #2@20 b,m
  running+owed [overlap]   coalesced → running+owed; #1@0 a; #2@0 b,m
  running+owed [restart]   coalesced, aborts → running+owed; #1@0 a; #2@20 b,m
  backoff                  coalesced → backoff; #1!@0 a; #2@140/2 a,m
  backoff [skip]           skipped → backoff; #1!@0 a; #2@140/2 a
  backoff+newer            coalesced → backoff; #1!@0 a; #2@140/2 a,b,m
  held                     coalesced → held; #1!@0 a; #2@300 a,m
  held [skip]              skipped → held; #1!@0 a; #2@300 a
  held+newer               coalesced → held; #1!@0 a; #2@300 a,b,m
  suspended                queued → suspended+owed; #1@60 m
  suspended+owed           coalesced → suspended+owed; #1@60 b,m
  suspended+owed [skip]    skipped → suspended+owed; #1@60 b
  suspended+delayed        coalesced → suspended+owed; #1@60 b,m
  suspended+delayed [skip] skipped → suspended+delayed; #1@100 b
  suspended+backoff        coalesced → suspended+backoff; #1!@0 a; #2@140/2 a,m
  suspended+backoff [skip] skipped → suspended+backoff; #1!@0 a; #2@140/2 a
  suspended+held           coalesced → held+suspended; #1!@0 a; #2@300 a,m
  suspended+held [skip]    skipped → held+suspended; #1!@0 a; #2@300 a
  suspended+running        rerun → running+suspended+owed; #1@0 a; #2@60 m
  suspended+running [overlap] queued → running+suspended+owed; #1@0 a; #2@60 m
  suspended+running [skip] skipped → running+suspended; #1@0 a
  suspended+running+owed   coalesced → running+suspended+owed; #1@0 a; #2@60 b,m
  suspended+running+delayed coalesced → running+suspended+owed; #1@0 a; #2@60 b,m
  deleted [kind]           queued → queued; #1@0 m
  passivating              queued → queued; #1@60 m
  passivating+queued       coalesced → queued; #1@60 b,m
  passivating+queued [skip] skipped → queued; #1@60 b
in 40 earliest, in 40 keep, in 40 latest
  idle                     delayed → delayed; #1@40 m
  running                  rerun → running+delayed; #1@0 a; #2@40 m
  running [overlap]        delayed → running+delayed; #1@0 a; #2@40 m
  running [skip]           skipped → running; #1@0 a
  suspended                delayed → suspended+delayed; #1@60 m
  suspended+running        rerun → running+suspended+delayed; #1@0 a; #2@60 m
  suspended+running [overlap] delayed → running+suspended+delayed; #1@0 a; #2@60 m
  suspended+running [skip] skipped → running+suspended; #1@0 a
  deleted [kind]           delayed → delayed; #1@40 m
  passivating              delayed → delayed; #1@60 m
in 200 earliest, in 200 keep, in 200 latest
  idle                     delayed → delayed; #1@200 m
  running                  rerun → running+delayed; #1@0 a; #2@200 m
  running [overlap]        delayed → running+delayed; #1@0 a; #2@200 m
  running [skip]           skipped → running; #1@0 a
  suspended                delayed → suspended+delayed; #1@200 m
  suspended+running        rerun → running+suspended+delayed; #1@0 a; #2@200 m
  suspended+running [overlap] delayed → running+suspended+delayed; #1@0 a; #2@200 m
  suspended+running [skip] skipped → running+suspended; #1@0 a
  deleted [kind]           delayed → delayed; #1@200 m
  passivating              delayed → delayed; #1@200 m
in 40 keep, in 40 latest, in 200 earliest, in 200 keep
  delayed                  coalesced → delayed; #1@100 b,m
  running+delayed          coalesced → running+delayed; #1@0 a; #2@100 b,m
  suspended+delayed        coalesced → suspended+delayed; #1@100 b,m
  suspended+running+delayed coalesced → running+suspended+delayed; #1@0 a; #2@100 b,m
in 40 earliest
  delayed                  coalesced → delayed; #1@40 b,m
  running+delayed          coalesced → running+delayed; #1@0 a; #2@40 b,m
  suspended+delayed        coalesced → suspended+delayed; #1@60 b,m
  suspended+running+delayed coalesced → running+suspended+delayed; #1@0 a; #2@60 b,m
in 200 latest
  delayed                  coalesced → delayed; #1@200 b,m
  running+delayed          coalesced → running+delayed; #1@0 a; #2@200 b,m
  suspended+delayed        coalesced → suspended+delayed; #1@200 b,m
  suspended+running+delayed coalesced → running+suspended+delayed; #1@0 a; #2@200 b,m
in 40 earliest, in 40 keep, in 40 latest, in 200 earliest, in 200 keep, in 200 latest
  delayed [skip]           skipped → delayed; #1@100 b
  queued                   coalesced → queued; #1@0 b,m
  queued [skip]            skipped → queued; #1@0 b
  paused+queued            coalesced → queued; #1@60 b,m
  paused+queued [skip]     skipped → queued; #1@60 b
  running+owed             coalesced → running+owed; #1@0 a; #2@20 b,m
  running+owed [overlap]   coalesced → running+owed; #1@0 a; #2@0 b,m
  running+owed [restart]   coalesced, aborts → running+owed; #1@0 a; #2@20 b,m
  backoff                  coalesced → backoff; #1!@0 a; #2@140/2 a,m
  backoff [skip]           skipped → backoff; #1!@0 a; #2@140/2 a
  backoff+newer            coalesced → backoff; #1!@0 a; #2@140/2 a,b,m
  held                     coalesced → held; #1!@0 a; #2@300 a,m
  held [skip]              skipped → held; #1!@0 a; #2@300 a
  held+newer               coalesced → held; #1!@0 a; #2@300 a,b,m
  suspended+owed           coalesced → suspended+owed; #1@60 b,m
  suspended+owed [skip]    skipped → suspended+owed; #1@60 b
  suspended+delayed [skip] skipped → suspended+delayed; #1@100 b
  suspended+backoff        coalesced → suspended+backoff; #1!@0 a; #2@140/2 a,m
  suspended+backoff [skip] skipped → suspended+backoff; #1!@0 a; #2@140/2 a
  suspended+held           coalesced → held+suspended; #1!@0 a; #2@300 a,m
  suspended+held [skip]    skipped → held+suspended; #1!@0 a; #2@300 a
  suspended+running+owed   coalesced → running+suspended+owed; #1@0 a; #2@60 b,m
  passivating+queued       coalesced → queued; #1@60 b,m
  passivating+queued [skip] skipped → queued; #1@60 b
enqueue, in 40 earliest, in 40 keep, in 40 latest, in 200 earliest, in 200 keep, in 200 latest
  deleting+queued          DeletedError → deleting+owed; #1@0 b
  deleting+running         DeletedError → deleting+running; #1@0 a
  deleting+running+owed    DeletedError → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] DeletedError → deleting+running+owed; #1@0 a; #2@0 b
  deleting+running+owed [restart] DeletedError, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+cleanup         DeletedError → deleting
  deleted                  DeletedError → deleted
  closed+idle              ClosedError → closed
  closed+queued            ClosedError → queued; #1@0 b
  closed+running           ClosedError → running; #1@0 a
  closed+running+owed      ClosedError → running+owed; #1@0 a; #2@20 b
  closed+running+owed [overlap] ClosedError → running+owed; #1@0 a; #2@0 b
  closed+running+owed [restart] ClosedError, aborts → running+owed; #1@0 a; #2@20 b
succeed
  running                  done → idle; #1@0 a
  running+delayed          done → delayed; #1@0 a; #2@100 b
  running+owed             done → running; #1@0 a; #2@0 b
  running+owed [restart]   done, aborts → running; #1@0 a; #2@0 b
  suspended+running        done → suspended; #1@0 a
  suspended+running+owed   done → suspended+owed; #1@0 a; #2@60 b
  suspended+running+delayed done → suspended+delayed; #1@0 a; #2@100 b
  deleting+running         done → gone; #1@0 a
  deleting+running+owed    done → deleting+running; #1@0 a; #2@0 b
  deleting+running+owed [restart] done, aborts → deleting+running; #1@0 a; #2@0 b
  closed+running           done → closed; #1@0 a
  closed+running+owed      done → running; #1@0 a; #2@0 b
  closed+running+owed [restart] done, aborts → running; #1@0 a; #2@0 b
fail
  running                  done → backoff; #1!@0 a; #2@140/2 a
  running+delayed          done → backoff; #1!@0 a; #2@140/2 a,b
  running+owed             done → backoff; #1!@0 a; #2@140/2 a,b
  suspended+running        done → suspended+backoff; #1!@0 a; #2@140/2 a
  suspended+running+owed   done → suspended+backoff; #1!@0 a; #2@140/2 a,b
  suspended+running+delayed done → suspended+backoff; #1!@0 a; #2@140/2 a,b
fail last
  running                  done → idle; #1!@0 a; undelivered a
  running+delayed          done → delayed; #1!@0 a; #2@100 b; undelivered a
  running+owed             done → running; #1!@0 a; #2@0 b; undelivered a
  suspended+running        done → suspended; #1!@0 a; undelivered a
  suspended+running+owed   done → suspended+owed; #1!@0 a; #2@60 b; undelivered a
  suspended+running+delayed done → suspended+delayed; #1!@0 a; #2@100 b; undelivered a
fail and hold
  running                  done → held; #1!@0 a; #2@300 a
  running+delayed          done → held; #1!@0 a; #2@300 a,b
  running+owed             done → held; #1!@0 a; #2@300 a,b
  suspended+running        done → held+suspended; #1!@0 a; #2@300 a
  suspended+running+owed   done → held+suspended; #1!@0 a; #2@300 a,b
  suspended+running+delayed done → held+suspended; #1!@0 a; #2@300 a,b
fail, fail last, fail and hold
  running+owed [restart]   done, aborts → running; #1!@0 a; #2@0 a,b
  deleting+running         done → gone; #1!@0 a; undelivered a
  deleting+running+owed    done → deleting+running; #1!@0 a; #2@0 b; undelivered a
  deleting+running+owed [restart] done, aborts → deleting+running; #1!@0 a; #2@0 a,b
fail, fail and hold
  closed+running           done → closed; #1!@0 a; left a
  closed+running+owed      done → closed; #1!@0 a; left a,b
fail last
  closed+running           done → closed; #1!@0 a; undelivered a
  closed+running+owed      done → running; #1!@0 a; #2@0 b; undelivered a
fail, fail last, fail and hold
  closed+running+owed [restart] done, aborts → running; #1!@0 a; #2@0 a,b
cancel
  running                  undefined → running; #1@0 a
  running+delayed          [b] → running; #1@0 a
  running+owed             [b] → running; #1@0 a
  running+owed [restart]   [b], aborts → running; #1@0 a
  suspended+running        undefined → running+suspended; #1@0 a
  suspended+running+owed   [b] → running+suspended; #1@0 a
  suspended+running+delayed  [b] → running+suspended; #1@0 a
  deleting+running         undefined → deleting+running; #1@0 a
  deleting+running+owed    undefined → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] undefined → deleting+running+owed; #1@0 a; #2@0 b
  closed+running           undefined → running; #1@0 a
  closed+running+owed      [b] → running; #1@0 a
  closed+running+owed [restart] [b], aborts → running; #1@0 a
cancel running
  running                  undefined, aborts → running; #1@0 a
  running+delayed          [b], aborts → running; #1@0 a
  running+owed             [b], aborts → running; #1@0 a
  suspended+running        undefined, aborts → running+suspended; #1@0 a
  suspended+running+owed   [b], aborts → running+suspended; #1@0 a
  suspended+running+delayed  [b], aborts → running+suspended; #1@0 a
  deleting+running         undefined, aborts → deleting+running; #1@0 a
  deleting+running+owed    undefined, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] undefined, aborts → deleting+running+owed; #1@0 a; #2@0 b
  closed+running           undefined, aborts → running; #1@0 a
  closed+running+owed      [b], aborts → running; #1@0 a
cancel, cancel running
  idle                     undefined → idle
  delayed                  [b] → idle
  queued                   [b] → idle
  paused+queued            [b] → idle
  backoff                  [a] → idle; #1!@0 a
  backoff+newer            [a,b] → idle; #1!@0 a
  held                     [a] → idle; #1!@0 a
  held+newer               [a,b] → idle; #1!@0 a
  suspended                undefined → suspended
  suspended+owed           [b] → suspended
  suspended+delayed        [b] → suspended
  suspended+backoff        [a] → suspended; #1!@0 a
  suspended+held           [a] → suspended; #1!@0 a
  deleting+queued          undefined → deleting+owed; #1@0 b
  deleting+running+owed [restart] undefined, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+cleanup         undefined → deleting
  deleted                  undefined → gone
  passivating              undefined → idle
  passivating+queued       [b] → idle
  closed+idle              undefined → closed
  closed+queued            [b] → closed
cancel running and fail
  running                  undefined, aborts → idle; #1!@0 a; undelivered a as CancelledError
  running+delayed          [b], aborts → idle; #1!@0 a; undelivered a as CancelledError
  running+owed             [b], aborts → idle; #1!@0 a; undelivered a as CancelledError
  suspended+running        undefined, aborts → suspended; #1!@0 a; undelivered a as CancelledError
  suspended+running+owed   [b], aborts → suspended; #1!@0 a; undelivered a as CancelledError
  suspended+running+delayed  [b], aborts → suspended; #1!@0 a; undelivered a as CancelledError
  deleting+running         undefined, aborts → gone; #1!@0 a; undelivered a as CancelledError
  deleting+running+owed    undefined, aborts → deleting+running; #1!@0 a; #2@0 b; undelivered a as CancelledError
  closed+running           undefined, aborts → closed; #1!@0 a; undelivered a as CancelledError
  closed+running+owed      [b], aborts → closed; #1!@0 a; undelivered a as CancelledError
flush, idle
  idle                     resolves@0 → idle
  delayed                  resolves@0 → delayed; #1@100 b
  queued                   resolves@20 → queued; #1@0 b
  paused+queued            resolves@80 → queued; #1@60 b
  running                  resolves@20 → running; #1@0 a
  running+delayed          resolves@20 → running+delayed; #1@0 a; #2@100 b
  running+owed             resolves@40 → running+owed; #1@0 a; #2@20 b
  running+owed [overlap]   resolves@20 → running+owed; #1@0 a; #2@0 b
  running+owed [restart]   resolves@40, aborts → running+owed; #1@0 a; #2@20 b
  backoff                  resolves@160 → backoff; #1!@0 a; #2@140/2 a
  backoff+newer            resolves@160 → backoff; #1!@0 a; #2@140/2 a,b
  held                     HeldError@0 → held; #1!@0 a; #2@300 a
  held+newer               HeldError@0 → held; #1!@0 a; #2@300 a,b
  suspended                resolves@0 → suspended
  suspended+owed           resolves@80 → suspended+owed; #1@60 b
  suspended+delayed        resolves@0 → suspended+delayed; #1@100 b
  suspended+backoff        resolves@160 → suspended+backoff; #1!@0 a; #2@140/2 a
  suspended+held           HeldError@0 → held+suspended; #1!@0 a; #2@300 a
  suspended+running        resolves@20 → running+suspended; #1@0 a
  suspended+running+owed   resolves@80 → running+suspended+owed; #1@0 a; #2@60 b
  suspended+running+delayed resolves@20 → running+suspended+delayed; #1@0 a; #2@100 b
  deleting+queued          resolves@20 → deleting+owed; #1@0 b
  deleting+running         resolves@20 → deleting+running; #1@0 a
  deleting+running+owed    resolves@40 → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] resolves@20 → deleting+running+owed; #1@0 a; #2@0 b
  deleting+running+owed [restart] resolves@40, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+cleanup         resolves@60 → deleting
  deleted                  resolves@0 → gone
  passivating              resolves@0 → idle
  passivating+queued       resolves@80 → queued; #1@60 b
  closed+idle              resolves@0 → closed
  closed+queued            resolves@20 → queued; #1@0 b
  closed+running           resolves@20 → running; #1@0 a
  closed+running+owed      resolves@40 → running+owed; #1@0 a; #2@20 b
  closed+running+owed [overlap] resolves@20 → running+owed; #1@0 a; #2@0 b
  closed+running+owed [restart] resolves@40, aborts → running+owed; #1@0 a; #2@20 b
request
  idle                     run 1@20 → queued; #1@0 m
  delayed                  run 1@20 → queued; #1@0 b,m
  delayed [skip]           SkippedError@0 → delayed; #1@100 b
  queued                   run 1@20 → queued; #1@0 b,m
  queued [skip]            SkippedError@0 → queued; #1@0 b
  paused+queued            run 1@80 → queued; #1@60 b,m
  paused+queued [skip]     SkippedError@0 → queued; #1@60 b
  running                  run 2@40 → running+owed; #1@0 a; #2@20 m
  running [overlap]        run 2@20 → running+owed; #1@0 a; #2@0 m
  running [restart]        run 2@40, aborts → running+owed; #1@0 a; #2@20 m
  running [skip]           SkippedError@0 → running; #1@0 a
  running+delayed          run 2@40 → running+owed; #1@0 a; #2@20 b,m
  running+delayed [overlap] run 2@20 → running+owed; #1@0 a; #2@0 b,m
  running+delayed [restart] run 2@40, aborts → running+owed; #1@0 a; #2@20 b,m
  running+owed             run 2@40 → running+owed; #1@0 a; #2@20 b,m
  running+owed [overlap]   run 2@20 → running+owed; #1@0 a; #2@0 b,m
  running+owed [restart]   run 2@40, aborts → running+owed; #1@0 a; #2@20 b,m
  backoff                  run 2@160 → backoff; #1!@0 a; #2@140/2 a,m
  backoff [skip]           SkippedError@0 → backoff; #1!@0 a; #2@140/2 a
  backoff+newer            run 2@160 → backoff; #1!@0 a; #2@140/2 a,b,m
  held                     HeldError@0 → held; #1!@0 a; #2@300 a,m
  held [skip]              SkippedError@0 → held; #1!@0 a; #2@300 a
  held+newer               HeldError@0 → held; #1!@0 a; #2@300 a,b,m
  suspended                run 1@80 → suspended+owed; #1@60 m
  suspended+owed           run 1@80 → suspended+owed; #1@60 b,m
  suspended+owed [skip]    SkippedError@0 → suspended+owed; #1@60 b
  suspended+delayed        run 1@80 → suspended+owed; #1@60 b,m
  suspended+delayed [skip] SkippedError@0 → suspended+delayed; #1@100 b
  suspended+backoff        run 2@160 → suspended+backoff; #1!@0 a; #2@140/2 a,m
  suspended+backoff [skip] SkippedError@0 → suspended+backoff; #1!@0 a; #2@140/2 a
  suspended+held           HeldError@0 → held+suspended; #1!@0 a; #2@300 a,m
  suspended+held [skip]    SkippedError@0 → held+suspended; #1!@0 a; #2@300 a
  suspended+running        run 2@80 → running+suspended+owed; #1@0 a; #2@60 m
  suspended+running [skip] SkippedError@0 → running+suspended; #1@0 a
  suspended+running+owed   run 2@80 → running+suspended+owed; #1@0 a; #2@60 b,m
  suspended+running+delayed run 2@80 → running+suspended+owed; #1@0 a; #2@60 b,m
  deleting+queued          DeletedError@0 → deleting+owed; #1@0 b
  deleting+running         DeletedError@0 → deleting+running; #1@0 a
  deleting+running+owed    DeletedError@0 → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] DeletedError@0 → deleting+running+owed; #1@0 a; #2@0 b
  deleting+running+owed [restart] DeletedError@0, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+cleanup         DeletedError@0 → deleting
  deleted                  DeletedError@0 → deleted
  deleted [kind]           run 1@20 → queued; #1@0 m
  passivating              run 1@80 → queued; #1@60 m
  passivating+queued       run 1@80 → queued; #1@60 b,m
  passivating+queued [skip] SkippedError@0 → queued; #1@60 b
  closed+idle              ClosedError@0 → closed
  closed+queued            ClosedError@0 → queued; #1@0 b
  closed+running           ClosedError@0 → running; #1@0 a
  closed+running+owed      ClosedError@0 → running+owed; #1@0 a; #2@20 b
  closed+running+owed [overlap] ClosedError@0 → running+owed; #1@0 a; #2@0 b
  closed+running+owed [restart] ClosedError@0, aborts → running+owed; #1@0 a; #2@20 b
reset
  idle                     done → idle
  delayed                  done → delayed; #1@100 b
  queued                   done → queued; #1@0 b
  paused+queued            done → queued; #1@60 b
  running                  done → running; #1@0 a
  running+delayed          done → running+delayed; #1@0 a; #2@100 b
  running+owed             done → running+owed; #1@0 a; #2@20 b
  running+owed [overlap]   done → running+owed; #1@0 a; #2@0 b
  running+owed [restart]   done, aborts → running+owed; #1@0 a; #2@20 b
  backoff                  done → queued; #1!@0 a; #2@0 a
  backoff+newer            done → queued; #1!@0 a; #2@0 a,b
  held                     done → queued; #1!@0 a; #2@0 a
  held+newer               done → queued; #1!@0 a; #2@0 a,b
  suspended                done → suspended
  suspended+owed           done → suspended+owed; #1@60 b
  suspended+delayed        done → suspended+delayed; #1@100 b
  suspended+backoff        done → suspended+owed; #1!@0 a; #2@60 a
  suspended+held           done → suspended+owed; #1!@0 a; #2@60 a
  suspended+running        done → running+suspended; #1@0 a
  suspended+running+owed   done → running+suspended+owed; #1@0 a; #2@60 b
  suspended+running+delayed done → running+suspended+delayed; #1@0 a; #2@100 b
  deleting+queued          done → deleting+owed; #1@0 b
  deleting+running         done → deleting+running; #1@0 a
  deleting+running+owed    done → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] done → deleting+running+owed; #1@0 a; #2@0 b
  deleting+running+owed [restart] done, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+cleanup         done → deleting
  deleted                  done → gone
  passivating              done → idle
  passivating+queued       done → queued; #1@60 b
  closed+idle              done → closed
  closed+queued            done → queued; #1@0 b
  closed+running           done → running; #1@0 a
  closed+running+owed      done → running+owed; #1@0 a; #2@20 b
  closed+running+owed [overlap] done → running+owed; #1@0 a; #2@0 b
  closed+running+owed [restart] done, aborts → running+owed; #1@0 a; #2@20 b
suspend
  idle                     handle → suspended
  delayed                  handle → suspended+delayed; #1@100 b
  queued                   handle → suspended+owed; #1@60 b
  paused+queued            handle → suspended+owed; #1@60 b
  running                  handle → running+suspended; #1@0 a
  running+delayed          handle → running+suspended+delayed; #1@0 a; #2@100 b
  running+owed             handle → running+suspended+owed; #1@0 a; #2@60 b
  running+owed [restart]   handle, aborts → running+suspended+owed; #1@0 a; #2@60 b
  backoff                  handle → suspended+backoff; #1!@0 a; #2@140/2 a
  backoff+newer            handle → suspended+backoff; #1!@0 a; #2@140/2 a,b
  held                     handle → held+suspended; #1!@0 a; #2@300 a
  held+newer               handle → held+suspended; #1!@0 a; #2@300 a,b
  suspended                handle → suspended
  suspended+owed           handle → suspended+owed; #1@60 b
  suspended+delayed        handle → suspended+delayed; #1@100 b
  suspended+backoff        handle → suspended+backoff; #1!@0 a; #2@140/2 a
  suspended+held           handle → held+suspended; #1!@0 a; #2@300 a
  suspended+running        handle → running+suspended; #1@0 a
  suspended+running+owed   handle → running+suspended+owed; #1@0 a; #2@60 b
  suspended+running+delayed handle → running+suspended+delayed; #1@0 a; #2@100 b
  deleting+queued          DeletedError → deleting+owed; #1@0 b
  deleting+running         DeletedError → deleting+running; #1@0 a
  deleting+running+owed    DeletedError → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] DeletedError → deleting+running+owed; #1@0 a; #2@0 b
  deleting+running+owed [restart] DeletedError, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+cleanup         DeletedError → deleting
  deleted                  DeletedError → deleted
  deleted [kind]           handle → suspended
  passivating              handle → suspended
  passivating+queued       handle → suspended+owed; #1@60 b
  closed+idle              ClosedError → closed
  closed+queued            ClosedError → queued; #1@0 b
  closed+running           ClosedError → running; #1@0 a
  closed+running+owed      ClosedError → running+owed; #1@0 a; #2@20 b
  closed+running+owed [overlap] ClosedError → running+owed; #1@0 a; #2@0 b
  closed+running+owed [restart] ClosedError, aborts → running+owed; #1@0 a; #2@20 b
resume
  suspended                done → idle
  suspended+owed           done → queued; #1@0 b
  suspended+delayed        done → delayed; #1@100 b
  suspended+backoff        done → backoff; #1!@0 a; #2@140/2 a
  suspended+held           done → held; #1!@0 a; #2@300 a
  suspended+running        done → running; #1@0 a
  suspended+running+owed   done → running+owed; #1@0 a; #2@20 b
  suspended+running+owed [overlap] done → running+owed; #1@0 a; #2@0 b
  suspended+running+owed [restart] done, aborts → running+owed; #1@0 a; #2@20 b
  suspended+running+delayed done → running+delayed; #1@0 a; #2@100 b
delete
  idle                     undefined@0 → gone
  delayed                  undefined@20 → deleting+owed; #1@0 b
  queued                   undefined@20 → deleting+owed; #1@0 b
  paused+queued            undefined@0 → gone; undelivered b as DeletedError
  paused+queued [plain]    [b]@0 → gone
  running                  undefined@20 → deleting+running; #1@0 a
  running+delayed          undefined@40 → deleting+running+owed; #1@0 a; #2@20 b
  running+delayed [overlap] undefined@20 → deleting+running+owed; #1@0 a; #2@0 b
  running+owed             undefined@40 → deleting+running+owed; #1@0 a; #2@20 b
  running+owed [overlap]   undefined@20 → deleting+running+owed; #1@0 a; #2@0 b
  running+owed [restart]   undefined@40, aborts → deleting+running+owed; #1@0 a; #2@20 b
  backoff                  undefined@0 → gone; #1!@0 a; undelivered a as DeletedError
  backoff+newer            undefined@0 → gone; #1!@0 a; undelivered a,b as DeletedError
  held                     undefined@0 → gone; #1!@0 a; undelivered a as DeletedError
  held+newer               undefined@0 → gone; #1!@0 a; undelivered a,b as DeletedError
  suspended                undefined@0 → gone
  suspended+owed           undefined@0 → gone; undelivered b as DeletedError
  suspended+owed [plain]   [b]@0 → gone
  suspended+delayed        undefined@0 → gone; undelivered b as DeletedError
  suspended+delayed [plain] [b]@0 → gone
  suspended+backoff        undefined@0 → gone; #1!@0 a; undelivered a as DeletedError
  suspended+held           undefined@0 → gone; #1!@0 a; undelivered a as DeletedError
  suspended+running        undefined@20 → deleting+running+suspended; #1@0 a
  suspended+running+owed   undefined@20 → deleting+running+suspended; #1@0 a; undelivered b as DeletedError
  suspended+running+owed [plain] [b]@20 → deleting+running+suspended; #1@0 a
  suspended+running+delayed undefined@20 → deleting+running+suspended; #1@0 a; undelivered b as DeletedError
  suspended+running+delayed [plain] [b]@20 → deleting+running+suspended; #1@0 a
  deleting+queued          undefined@20 → deleting+owed; #1@0 b
  deleting+running         undefined@20 → deleting+running; #1@0 a
  deleting+running+owed    undefined@40 → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] undefined@20 → deleting+running+owed; #1@0 a; #2@0 b
  deleting+running+owed [restart] undefined@40, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+cleanup         undefined@60 → deleting
  deleted                  undefined@0 → gone
  passivating              undefined@60 → deleting
  passivating+queued       undefined@80 → deleting+owed; #1@60 b
  closed+idle              undefined@0 → closed
  closed+queued            undefined@20 → deleting+owed; #1@0 b
  closed+running           undefined@20 → deleting+running; #1@0 a
  closed+running+owed      undefined@40 → deleting+running+owed; #1@0 a; #2@20 b
  closed+running+owed [overlap] undefined@20 → deleting+running+owed; #1@0 a; #2@0 b
  closed+running+owed [restart] undefined@40, aborts → deleting+running+owed; #1@0 a; #2@20 b
inspect
  idle                     undefined → idle
  delayed                  delayed, owed, messages 1, dueIn 100 → delayed; #1@100 b
  queued                   queued, owed, messages 1 → queued; #1@0 b
  paused+queued            queued, owed, messages 1 → queued; #1@60 b
  running                  running, running 1 → running; #1@0 a
  running+delayed          running, owed, messages 1, dueIn 100, running 1 → running+delayed; #1@0 a; #2@100 b
  running+owed             running, owed, messages 1, running 1 → running+owed; #1@0 a; #2@20 b
  running+owed [overlap]   running, owed, messages 1, running 1 → running+owed; #1@0 a; #2@0 b
  running+owed [restart]   running, owed, messages 1, running 1, aborts → running+owed; #1@0 a; #2@20 b
  backoff                  backoff, owed, messages 1, dueIn 140, failures 1 → backoff; #1!@0 a; #2@140/2 a
  backoff+newer            backoff, owed, messages 2, dueIn 140, failures 1 → backoff; #1!@0 a; #2@140/2 a,b
  held                     held, owed, messages 1, failures 1 → held; #1!@0 a; #2@300 a
  held+newer               held, owed, messages 2, failures 1 → held; #1!@0 a; #2@300 a,b
  suspended                suspended → suspended
  suspended+owed           suspended, owed, messages 1 → suspended+owed; #1@60 b
  suspended+delayed        suspended, owed, messages 1, dueIn 100 → suspended+delayed; #1@100 b
  suspended+backoff        suspended, owed, messages 1, dueIn 140, failures 1 → suspended+backoff; #1!@0 a; #2@140/2 a
  suspended+held           held, owed, messages 1, failures 1, suspended → held+suspended; #1!@0 a; #2@300 a
  suspended+running        running, running 1, suspended → running+suspended; #1@0 a
  suspended+running+owed   running, owed, messages 1, running 1, suspended → running+suspended+owed; #1@0 a; #2@60 b
  suspended+running+delayed running, owed, messages 1, dueIn 100, running 1, suspended → running+suspended+delayed; #1@0 a; #2@100 b
  deleting+queued          deleting, owed, messages 1 → deleting+owed; #1@0 b
  deleting+running         deleting, running 1 → deleting+running; #1@0 a
  deleting+running+owed    deleting, owed, messages 1, running 1 → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] deleting, owed, messages 1, running 1 → deleting+running+owed; #1@0 a; #2@0 b
  deleting+running+owed [restart] deleting, owed, messages 1, running 1, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+cleanup         deleting → deleting
  deleted                  undefined → gone
  passivating              undefined → idle
  passivating+queued       queued, owed, messages 1 → queued; #1@60 b
  closed+idle              undefined → closed
  closed+queued            queued, owed, messages 1 → queued; #1@0 b
  closed+running           running, running 1 → running; #1@0 a
  closed+running+owed      running, owed, messages 1, running 1 → running+owed; #1@0 a; #2@20 b
  closed+running+owed [overlap] running, owed, messages 1, running 1 → running+owed; #1@0 a; #2@0 b
  closed+running+owed [restart] running, owed, messages 1, running 1, aborts → running+owed; #1@0 a; #2@20 b
close
  idle                     report@0 → closed
  delayed                  report@0 → closed; left b
  queued                   report@20 → queued; #1@0 b
  paused+queued            report@0 → closed; left b
  running                  report@20 → running; #1@0 a
  running+delayed          report@20 → running; #1@0 a; left b
  running+owed             report@40 → running+owed; #1@0 a; #2@20 b
  running+owed [overlap]   report@20 → running+owed; #1@0 a; #2@0 b
  running+owed [restart]   report@40, aborts → running+owed; #1@0 a; #2@20 b
  backoff                  report@0 → closed; #1!@0 a; left a
  backoff+newer            report@0 → closed; #1!@0 a; left a,b
  held                     report@0 → closed; #1!@0 a; left a
  held+newer               report@0 → closed; #1!@0 a; left a,b
  suspended                report@0 → closed
  suspended+owed           report@0 → closed; left b
  suspended+delayed        report@0 → closed; left b
  suspended+backoff        report@0 → closed; #1!@0 a; left a
  suspended+held           report@0 → closed; #1!@0 a; left a
  suspended+running        report@20 → running+suspended; #1@0 a
  suspended+running+owed   report@20 → running+suspended; #1@0 a; left b
  suspended+running+delayed report@20 → running+suspended; #1@0 a; left b
  deleting+queued          report@20 → deleting+owed; #1@0 b
  deleting+running         report@20 → deleting+running; #1@0 a
  deleting+running+owed    report@40 → deleting+running+owed; #1@0 a; #2@20 b
  deleting+running+owed [overlap] report@20 → deleting+running+owed; #1@0 a; #2@0 b
  deleting+running+owed [restart] report@40, aborts → deleting+running+owed; #1@0 a; #2@20 b
  deleting+cleanup         report@60 → deleting
  deleted                  report@0 → closed
  passivating              report@60 → closed
  passivating+queued       report@80 → queued; #1@60 b
  closed+idle              report@0 → closed
  closed+queued            report@20 → queued; #1@0 b
  closed+running           report@20 → running; #1@0 a
  closed+running+owed      report@40 → running+owed; #1@0 a; #2@20 b
  closed+running+owed [overlap] report@20 → running+owed; #1@0 a; #2@0 b
  closed+running+owed [restart] report@40, aborts → running+owed; #1@0 a; #2@20 b
`;
