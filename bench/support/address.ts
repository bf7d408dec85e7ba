/**
 * Where clients send their enqueues, and what they show.
 *
 * @module
 */

/** The path of the items of the one kind that all servers have. */
export const ENQUEUE_PATH = "/v1/items/order";

/** The bearer token. */
export const TOKEN = "bench-0f1e2d3c4b5a69788796a5b4c3d2e1f0";
