/**
 * One connection over `node:net`, on which anything can be sent, also what no
 * client would. It waits for what the socket tells, and never for time to pass.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { type Answer, parseAnswer } from "./parse.ts";

const LIMIT_MS = 8_000;

/** Nothing came, and the other side has closed. */
export class ClosedWithoutAnswerError extends Error {
  override readonly name: string = "ClosedWithoutAnswerError";
}

/** A connection to a server on loopback. */
export class Wire {
  readonly #socket: Socket;
  #bytes: Uint8Array = new Uint8Array();
  #isEnded = false;
  #look: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (part: Uint8Array) => {
      const bytes = new Uint8Array(this.#bytes.length + part.length);
      bytes.set(this.#bytes);
      bytes.set(part, this.#bytes.length);
      this.#bytes = bytes;
      this.#look();
    });
    const ended = (): void => {
      this.#isEnded = true;
      this.#look();
    };
    socket.on("end", ended);
    socket.on("close", ended);
    socket.on("error", ended); // As a reset, which "close" follows.
  }

  /** Connects to `port`. */
  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Wire(socket));
      });
    });
  }

  /** Sends bytes; it does not matter whether the other side still listens. */
  write(bytes: Uint8Array | string): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(Buffer.from(bytes as Uint8Array)); // Either will do.
  }

  /** Says that no more comes, but goes on reading. */
  half(): void {
    this.#socket.end();
  }

  /** Has the other side closed? */
  get isClosed(): boolean {
    return this.#isEnded;
  }

  /** What has come and was not read. */
  get rest(): Uint8Array {
    return this.#bytes;
  }

  /** The next answer to a request with this method. */
  async answer(method: string): Promise<Answer> {
    let found: ReturnType<typeof parseAnswer>;
    await this.#until("an answer", () => {
      const isEnded = this.#isEnded;
      found = parseAnswer(this.#bytes, { method, isEnded });
      if (found !== undefined) return true;
      if (!isEnded) return false;
      const { length } = this.#bytes;
      throw new ClosedWithoutAnswerError(
        `The connection was closed after ${length} bytes of an answer`,
      );
    });
    if (found === undefined) throw new TypeError("It has been found");
    this.#bytes = this.#bytes.subarray(found.length);
    return found.answer;
  }

  /** Waits until the other side has closed. */
  closed(): Promise<void> {
    return this.#until("the end of the connection", () => this.#isEnded);
  }

  /** Waits until `part` has come, and returns all that has. */
  async text(part: string): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    await this.#until(JSON.stringify(part), () => {
      text = decoder.decode(this.#bytes);
      if (!text.includes(part) && this.#isEnded) {
        throw new ClosedWithoutAnswerError(`${part} never came`);
      }
      return text.includes(part);
    });
    return text;
  }

  /** Breaks the connection off, without a word if it is a `reset`. */
  drop(how: "end" | "reset" = "end"): void {
    if (how === "reset") this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #until(what: string, isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        this.#look = () => {};
        how();
      };
      const timer = setTimeout(() => {
        const error = new Error(`No ${what} came within ${LIMIT_MS} ms`);
        settle(() => reject(error));
      }, LIMIT_MS);
      this.#look = () => {
        try {
          if (isSo()) settle(resolve);
        } catch (error) {
          settle(() => reject(error));
        }
      };
      this.#look();
    });
  }
}
