/** Which requests go through proxies: what options and environment come to. */
import type { ProxyMap } from './proxy-map.js';

export interface ProxyPlan {
  /** For http URLs, and for https ones; null = directly. */
  readonly http: ProxyMap | null;
  readonly https: ProxyMap | null;
  /** Hosts that are asked directly all the same, as `NO_PROXY` names them (no-proxy.ts). */
  readonly except: string;
}
