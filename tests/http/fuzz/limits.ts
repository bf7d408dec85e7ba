/**
 * The limits of the endpoints.
 *
 * @module
 */

/** Lower than the defaults, so that many requests can reach them. */
export const LIMITS = {
  maxBytes: 4_096,
  maxBatchBytes: 12_288,
  maxDepth: 32,
  maxNodes: 300,
  maxKeys: 40,
  maxBatch: 8,
} as const;
