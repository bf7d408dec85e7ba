/**
 * What tests of code that uses work items need: a clock that they move, and a
 * record of what happened. No test has to sleep.
 *
 * @module
 */
export { FakeClock, type FakeClockOptions } from "./fake_clock.ts";
export { Recorder } from "./recorder.ts";
