/**
 * The demo wiki as a witness: it counts what was asked for by path, says what a correct crawl ends with,
 * and calls back at every request, so that a test can act in mid-crawl.
 */
import { type DemoServer, type DemoServerOptions, startDemo } from '../../dist/demo/server.js';
import type { DemoTruth } from '../../dist/demo/truth.js';

export class WatchedWiki {
  readonly truth: DemoTruth;
  /** How often each path was asked for since `watch`. */
  readonly asked = new Map<string, number>();
  readonly #server: DemoServer;
  #sinceWatched = 0;
  #onRequest: (number: number) => void = () => undefined;

  private constructor(start: (onRequest: (path: string) => void) => DemoServer) {
    this.#server = start((path) => this.#note(path));
    this.truth = this.#server.wiki.truth(this.#server.origin);
  }

  /** Starts a wiki with a redirect loop on a free port, which it keeps. */
  static async start(options: Omit<DemoServerOptions, 'onRequest'>): Promise<WatchedWiki> {
    let onRequest = (_path: string): void => undefined;
    const server = await startDemo({ redirectLoop: true, ...options, onRequest: (path) => onRequest(path) });
    return new WatchedWiki((note) => {
      onRequest = note;
      return server;
    });
  }

  get seed(): string {
    return `${this.#server.origin}/wiki/Kevin_Bacon`;
  }

  /** The paths a correct crawl asks for, robots.txt included, each once. */
  get paths(): string[] {
    const asked = [...this.truth.pages.values()].filter(({ httpStatus }) => httpStatus !== null);
    return ['/robots.txt', ...asked.map(({ url }) => new URL(url).pathname)];
  }

  /** Starts the counts anew; `onRequest` gets the number of each request since, before it is answered. */
  watch(onRequest: (number: number) => void = () => undefined): void {
    this.asked.clear();
    this.watchOn(onRequest);
  }

  /** As `watch`, but the counts by path go on. */
  watchOn(onRequest: (number: number) => void): void {
    this.#sinceWatched = 0;
    this.#onRequest = onRequest;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #note(path: string): void {
    this.asked.set(path, (this.asked.get(path) ?? 0) + 1);
    this.#onRequest(++this.#sinceWatched);
  }
}
