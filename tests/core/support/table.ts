/** The state × operation table of DESIGN.md §3 as data, for the states and
 * operations that exist now; ../table_test.ts makes a test of each line. */

/**
 * `state  answer → state after ×runs in the end`
 *
 * A line with `[skip]` replaces, for that `whenRunning`, the one without; `-`
 * says that the state cannot be reached. A promise that `waits` is pending
 * until the test lets all runs end.
 */
export const TABLE = `
enqueue
  idle                     queued → queued ×1
  queued                   coalesced → queued ×1
  queued [skip]            skipped → queued ×1
  paused+queued            coalesced → queued ×1
  paused+queued [skip]     skipped → queued ×1
  running                  rerun → running+owed ×2
  running [overlap]        queued → running+owed ×2
  running [restart]        rerun, aborts → running+owed ×2
  running [skip]           skipped → running ×1
  running+owed             coalesced → running+owed ×2
  running+owed [restart]   coalesced, aborts → running+owed ×2
  suspended                queued → suspended+owed ×1
  suspended+owed           coalesced → suspended+owed ×1
  suspended+owed [skip]    skipped → suspended+owed ×1
  suspended+running        rerun → running+suspended+owed ×2
  suspended+running [overlap] queued → running+suspended+owed ×2
  suspended+running [skip] skipped → running+suspended ×1
  suspended+running+owed   coalesced → running+suspended+owed ×2
  deleting+queued          DeletedError → deleting+owed ×1
  deleting+running         DeletedError → deleting+running ×1
  deleting+running+owed    DeletedError → deleting+running+owed ×2
  deleting+running+owed [restart] DeletedError, aborts → deleting+running+owed ×2
  deleting+cleanup         DeletedError → deleting ×0
  deleted                  DeletedError → deleted ×0
  closed+idle              ClosedError → deleted ×0
  closed+queued            ClosedError → queued ×1
  closed+running           ClosedError → running ×1
succeed
  running                  ok → idle ×1
  running+owed             ok → running ×2
  running+owed [restart]   ok, aborts → running ×2
  suspended+running        ok → suspended ×1
  suspended+running+owed   ok → suspended+owed ×2
  deleting+running         ok → deleted ×1
  deleting+running+owed    ok → deleting+running ×2
  deleting+running+owed [restart] ok, aborts → deleting+running ×2
  closed+running           ok → deleted ×1
fail
  running                  reported → idle ×1
  running+owed             reported → running ×2
  running+owed [restart]   handed back, aborts → running ×2
  suspended+running        reported → suspended ×1
  suspended+running+owed   reported → suspended+owed ×2
  deleting+running         reported → deleted ×1
  deleting+running+owed    reported → deleting+running ×2
  deleting+running+owed [restart] handed back, aborts → deleting+running ×2
  closed+running           reported → deleted ×1
cancel
  idle                     undefined → idle ×0
  queued                   [] → idle ×0
  paused+queued            [] → idle ×0
  running                  undefined → running ×1
  running+owed             [] → running ×1
  running+owed [restart]   [], aborts → running ×1
  suspended                undefined → suspended ×0
  suspended+owed           [] → suspended ×0
  suspended+running        undefined → running+suspended ×1
  suspended+running+owed   [] → running+suspended ×1
  deleting+queued          undefined → deleting+owed ×1
  deleting+running         undefined → deleting+running ×1
  deleting+running+owed    undefined → deleting+running+owed ×2
  deleting+running+owed [restart] undefined, aborts → deleting+running+owed ×2
  deleting+cleanup         undefined → deleting ×0
  deleted                  undefined → deleted ×0
  closed+idle              undefined → deleted ×0
  closed+queued            [] → deleted ×0
  closed+running           undefined → running ×1
cancel running
  idle                     undefined → idle ×0
  queued                   [] → idle ×0
  paused+queued            [] → idle ×0
  running                  undefined, aborts → running ×1
  running+owed             [], aborts → running ×1
  suspended                undefined → suspended ×0
  suspended+owed           [] → suspended ×0
  suspended+running        undefined, aborts → running+suspended ×1
  suspended+running+owed   [], aborts → running+suspended ×1
  deleting+queued          undefined → deleting+owed ×1
  deleting+running         undefined, aborts → deleting+running ×1
  deleting+running+owed    undefined, aborts → deleting+running+owed ×2
  deleting+cleanup         undefined → deleting ×0
  deleted                  undefined → deleted ×0
  closed+idle              undefined → deleted ×0
  closed+queued            [] → deleted ×0
  closed+running           undefined, aborts → running ×1
flush, idle
  idle                     undefined → idle ×0
  queued                   waits, undefined → queued ×1
  paused+queued            waits, undefined → queued ×1
  running                  waits, undefined → running ×1
  running+owed             waits, undefined → running+owed ×2
  running+owed [restart]   waits, undefined, aborts → running+owed ×2
  suspended                undefined → suspended ×0
  suspended+owed           waits, undefined → suspended+owed ×1
  suspended+running        waits, undefined → running+suspended ×1
  suspended+running+owed   waits, undefined → running+suspended+owed ×2
  deleting+queued          waits, undefined → deleting+owed ×1
  deleting+running         waits, undefined → deleting+running ×1
  deleting+running+owed    waits, undefined → deleting+running+owed ×2
  deleting+running+owed [restart] waits, undefined, aborts → deleting+running+owed ×2
  deleting+cleanup         waits, undefined → deleting ×0
  deleted                  undefined → deleted ×0
  closed+idle              undefined → deleted ×0
  closed+queued            waits, undefined → queued ×1
  closed+running           waits, undefined → running ×1
suspend
  idle                     handle → suspended ×0
  queued                   handle → suspended+owed ×1
  paused+queued            handle → suspended+owed ×1
  running                  handle → running+suspended ×1
  running+owed             handle → running+suspended+owed ×2
  running+owed [restart]   handle, aborts → running+suspended+owed ×2
  suspended                handle → suspended ×0
  suspended+owed           handle → suspended+owed ×1
  suspended+running        handle → running+suspended ×1
  suspended+running+owed   handle → running+suspended+owed ×2
  deleting+queued          DeletedError → deleting+owed ×1
  deleting+running         DeletedError → deleting+running ×1
  deleting+running+owed    DeletedError → deleting+running+owed ×2
  deleting+running+owed [restart] DeletedError, aborts → deleting+running+owed ×2
  deleting+cleanup         DeletedError → deleting ×0
  deleted                  DeletedError → deleted ×0
  closed+idle              ClosedError → deleted ×0
  closed+queued            ClosedError → queued ×1
  closed+running           ClosedError → running ×1
resume
  suspended                undefined → idle ×0
  suspended+owed           undefined → queued ×1
  suspended+running        undefined → running ×1
  suspended+running+owed   undefined → running+owed ×2
  suspended+running+owed [restart] undefined, aborts → running+owed ×2
delete
  idle                     undefined → deleted ×0
  queued                   waits, undefined → deleting+owed ×1
  paused+queued            [] → deleted ×0
  running                  waits, undefined → deleting+running ×1
  running+owed             waits, undefined → deleting+running+owed ×2
  running+owed [restart]   waits, undefined, aborts → deleting+running+owed ×2
  suspended                undefined → deleted ×0
  suspended+owed           [] → deleted ×0
  suspended+running        waits, undefined → deleting+running+suspended ×1
  suspended+running+owed   waits, [] → deleting+running+suspended ×1
  deleting+queued          waits, undefined → deleting+owed ×1
  deleting+running         waits, undefined → deleting+running ×1
  deleting+running+owed    waits, undefined → deleting+running+owed ×2
  deleting+running+owed [restart] waits, undefined, aborts → deleting+running+owed ×2
  deleting+cleanup         waits, undefined → deleting ×0
  deleted                  undefined → deleted ×0
  closed+idle              undefined → deleted ×0
  closed+queued            waits, undefined → deleting+owed ×1
  closed+running           waits, undefined → deleting+running ×1
request
  idle                     waits, #1 → queued ×1
  queued                   waits, #1 → queued ×1
  queued [skip]            SkippedError → queued ×1
  paused+queued            waits, #1 → queued ×1
  paused+queued [skip]     SkippedError → queued ×1
  running                  waits, #2 → running+owed ×2
  running [restart]        waits, #2, aborts → running+owed ×2
  running [skip]           SkippedError → running ×1
  running+owed             waits, #2 → running+owed ×2
  running+owed [restart]   waits, #2, aborts → running+owed ×2
  suspended                waits, #1 → suspended+owed ×1
  suspended+owed           waits, #1 → suspended+owed ×1
  suspended+owed [skip]    SkippedError → suspended+owed ×1
  suspended+running        waits, #2 → running+suspended+owed ×2
  suspended+running [skip] SkippedError → running+suspended ×1
  suspended+running+owed   waits, #2 → running+suspended+owed ×2
  deleting+queued          DeletedError → deleting+owed ×1
  deleting+running         DeletedError → deleting+running ×1
  deleting+running+owed    DeletedError → deleting+running+owed ×2
  deleting+running+owed [restart] DeletedError, aborts → deleting+running+owed ×2
  deleting+cleanup         DeletedError → deleting ×0
  deleted                  DeletedError → deleted ×0
  closed+idle              ClosedError → deleted ×0
  closed+queued            ClosedError → queued ×1
  closed+running           ClosedError → running ×1
`;
