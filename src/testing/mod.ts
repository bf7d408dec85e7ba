/**
 * What tests of code that uses work items need: a clock that they move, and a
 * record of what happened; and the contract that every store keeps. No test
 * has to sleep.
 *
 * @module
 */
export { FakeClock, type FakeClockOptions } from "./fake_clock.ts";
export { Recorder } from "./recorder.ts";
export {
  type OpenedStore,
  type SkippedTests,
  storeContract,
  type StoreContractOptions,
  type StoreSetup,
} from "./store_contract.ts";
