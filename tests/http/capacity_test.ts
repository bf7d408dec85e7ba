/** How many requests at once, and how often each principal (H15). */
import { assert, assertEquals } from "@std/assert";
import { Capacity } from "../../src/http/capacity.ts";
import { rateHeaders, RateLimit } from "../../src/http/rate_limit.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";

function limitOf(
  limit: number,
  interval: number,
): { clock: FakeClock; rate: RateLimit } {
  const clock = new FakeClock();
  return { clock, rate: new RateLimit({ limit, interval, clock }) };
}

Deno.test("Capacity lets in as many as it has places", () => {
  const capacity = new Capacity(2);

  assertEquals([capacity.enter(), capacity.enter(), capacity.enter()], [
    true,
    true,
    false,
  ]);
  assertEquals(capacity.inFlight, 2);
  capacity.leave();
  assert(capacity.enter());
  assert(!capacity.enter());
});

Deno.test("RateLimit.take() allows the limit at once, and then says when", () => {
  const { clock, rate } = limitOf(3, 60_000);

  assertEquals([1, 2, 3, 4].map(() => rate.take("a")), [
    { allowed: true, retryAfterS: 0, remaining: 2, resetS: 20 },
    { allowed: true, retryAfterS: 0, remaining: 1, resetS: 40 },
    { allowed: true, retryAfterS: 0, remaining: 0, resetS: 60 },
    { allowed: false, retryAfterS: 20, remaining: 0, resetS: 60 },
  ]);
  clock.advance(19_999);
  const early = rate.take("a");
  assertEquals([early.allowed, early.retryAfterS], [false, 1]);
  clock.advance(1);
  assert(rate.take("a").allowed);
  assert(!rate.take("a").allowed);
});

Deno.test("RateLimit.take() saves up no more than the limit", () => {
  const { clock, rate } = limitOf(3, 1_000);
  rate.take("a");
  clock.advance(1e9);

  const allowed = [1, 2, 3, 4].map(() => rate.take("a").allowed);

  assertEquals(allowed, [true, true, true, false]);
});

Deno.test("RateLimit.take() counts each principal alone", () => {
  const { rate } = limitOf(1, 1_000);

  assert(rate.take("a").allowed);
  assert(rate.take("b").allowed);
  assert(!rate.take("a").allowed);
});

for (const [limit, interval] of [[3, 1_000], [7, 60_000], [100, 999]]) {
  Deno.test(`RateLimit.take() allows ${limit} in ${interval} ms in the long run, refused ones aside`, () => {
    const { clock, rate } = limitOf(limit ?? 1, interval ?? 1);
    let allowed = 0;
    for (let step = 0; step < 100 * 100; step++) {
      for (let n = 0; n < 20; n++) if (rate.take("a").allowed) allowed++;
      clock.advance((interval ?? 1) / 100);
    }

    const expected = (limit ?? 1) * 101;
    assert(Math.abs(allowed - expected) <= 1, `${allowed}, not ${expected}`);
  });
}

Deno.test("RateLimit.take() is allowed again after what it said", () => {
  const { clock, rate } = limitOf(3, 10_000);
  for (let n = 0; n < 200; n++) {
    const { allowed, retryAfterS } = rate.take("a");
    if (!allowed) {
      clock.advance(retryAfterS * 1_000);
      assert(rate.take("a").allowed, `${n}`);
    }
    clock.advance(137);
  }
});

Deno.test("RateLimit forgets who asked longest ago when there are too many", () => {
  const { rate } = limitOf(1, 1e9);
  for (let n = 0; n < 10_001; n++) assert(rate.take(`p${n}`).allowed);

  assert(!rate.take("p1").allowed);
  assert(!rate.take("p10000").allowed);
  assert(rate.take("p0").allowed);
});

Deno.test("rateHeaders() says it in the words of the draft", () => {
  const { rate } = limitOf(2, 1_500);

  assertEquals(rateHeaders(rate.take("a"), rate.policy), {
    "RateLimit-Policy": '"default";q=2;w=2',
    "RateLimit": '"default";r=1;t=1',
  });
  rate.take("a");
  assertEquals(rateHeaders(rate.take("a"), rate.policy), {
    "RateLimit-Policy": '"default";q=2;w=2',
    "RateLimit": '"default";r=0;t=2',
    "Retry-After": "1",
  });
});
