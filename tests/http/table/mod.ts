/**
 * The table of H1-H21: requests as data, sent over raw sockets, on every
 * runtime that hands in a {@linkcode Host}.
 *
 * H22 is of the dashboard, which is not there yet; H23 is of the dependency,
 * which table_test.ts looks at.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { H1, H2 } from "./cases/h01_h02.ts";
import { H3, H4 } from "./cases/h03_h04.ts";
import { H5, H6 } from "./cases/h05_h06.ts";
import { H7, H8 } from "./cases/h07_h08.ts";
import { H10, H9 } from "./cases/h09_h10.ts";
import { H11, H12 } from "./cases/h11_h12.ts";
import { H13, H14 } from "./cases/h13_h14.ts";
import { H15, H16 } from "./cases/h15_h16.ts";
import { SHARES } from "./cases/h15_shares.ts";
import { H17, H18 } from "./cases/h17_h18.ts";
import { H19, H20, H21 } from "./cases/h19_h21.ts";
import { ROUTINE } from "./cases/routes.ts";

/** All cases, by their law. */
export const TABLE: Readonly<Record<string, readonly Case[]>> = {
  H1,
  H2,
  H3,
  H4,
  H5,
  H6,
  H7,
  H8,
  H9,
  H10,
  H11,
  H12,
  H13,
  H14,
  H15: [...H15, ...SHARES],
  H16,
  H17,
  H18,
  H19,
  H20,
  H21,
  routes: ROUTINE,
};
